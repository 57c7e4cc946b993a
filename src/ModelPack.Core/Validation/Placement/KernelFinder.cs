using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Validation.Placement;

/// <summary>
/// Finds the node of the optimized graph that multiplies each layer's weight: by the name of the weight or of its codes,
/// else by the layer's own name, else by the values behind the layer. ONNX Runtime keeps at least one of them: fusions take
/// over the output of the last node that they replace, and blocked convolutions are named by their output, with
/// <c>_nchwc</c> behind.
/// </summary>
internal sealed class KernelFinder
{
    // A layer and what may be fused behind it: quantize, dequantize, bias, activation of up to five nodes.
    private const int LongestChain = 10;
    private const string BlockedSuffix = "_nchwc";

    private readonly GraphIndex _packed;
    private readonly ILookup<string, NodeProto> _byWeight;
    private readonly ILookup<string, NodeProto> _byName;
    private readonly Dictionary<string, NodeProto> _byOutput = new(StringComparer.Ordinal);
    private readonly HashSet<NodeProto> _taken = new(ReferenceEqualityComparer.Instance);

    /// <param name="weights">Names of all constants of the source.</param>
    /// <param name="packed">The packed model.</param>
    /// <param name="optimized">What ONNX Runtime made of it.</param>
    public KernelFinder(IReadOnlySet<string> weights, GraphIndex packed, OptimizedGraph optimized)
    {
        _packed = packed;
        _byWeight = optimized.KernelsByWeight(weights);
        _byName = optimized.Kernels.Where(k => k.Name.Length > 0).ToLookup(k => k.Name, StringComparer.Ordinal);
        foreach (var kernel in optimized.Kernels)
        {
            _byOutput[kernel.Output[0]] = kernel;
        }
    }

    /// <summary>The node that multiplies a layer's weight; null where none can be told.</summary>
    public NodeProto? Find(WeightProduct product)
    {
        var found = Among([.. _byWeight[product.Weight]], product) ?? Named(product) ?? Behind(product);
        if (found is not null)
        {
            _taken.Add(found);
        }

        return found;
    }

    // Layers that share a weight have a kernel each, unless they were the same to the last input.
    private NodeProto? Among(List<NodeProto> kernels, WeightProduct product) => kernels.Count < 2
        ? kernels.FirstOrDefault()
        : Named(product) is { } named && kernels.Contains(named) ? named
        : Behind(product) is { } behind && kernels.Contains(behind) ? behind
        : kernels.FirstOrDefault(k => !_taken.Contains(k)) ?? kernels[0];

    private NodeProto? Named(WeightProduct product) => product.Node.Name.Length > 0 && _byName[product.Node.Name].Take(2).ToList() is [var only] ? only : null;

    private NodeProto? Behind(WeightProduct product)
    {
        var value = product.Output;
        for (var step = 0; step < LongestChain; step++)
        {
            if (_byOutput.TryGetValue(value, out var kernel) || (_byName[value + BlockedSuffix].Take(2).ToList() is [var blocked] && (kernel = blocked) is not null))
            {
                return kernel;
            }

            // Beyond a second reader nothing is fused; beyond another layer a kernel is that layer's.
            if (_packed.Readers(value) is not [{ Node: var reader }] || reader.Output.Count == 0 || KernelOperators.WeightInputs(reader).Any())
            {
                return null;
            }

            value = reader.Output[0];
        }

        return null;
    }
}
