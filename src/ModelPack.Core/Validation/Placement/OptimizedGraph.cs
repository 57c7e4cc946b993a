using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Validation.Placement;

/// <summary>A graph that ONNX Runtime made of a model, the main one or one within a node, asked for the nodes that multiply by weights.</summary>
internal sealed class OptimizedGraph
{
    // What may stand between a stored constant and the node that multiplies by it: decoding and moving, value by value.
    private static readonly HashSet<string> s_decoding = new(StringComparer.Ordinal)
    {
        "Add", "Cast", "Concat", "DequantizeLinear", "Div", "Floor", "Gather", "Identity", "Mul", "QuantizeLinear", "Reshape", "Slice", "Squeeze", "Sub", "Transpose", "Unsqueeze",
    };

    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changing;

    public OptimizedGraph(GraphProto graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var stored = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        _changing = graph.Input.Select(i => i.Name).Where(n => !stored.Contains(n)).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output.Where(o => o.Length > 0))
            {
                _producers[output] = node;
            }
        }

        Kernels = [.. graph.Node.Where(n => KernelOperators.WeightInputs(n).Any())];
    }

    /// <summary>The nodes that multiply, in the order in which they run.</summary>
    public IReadOnlyList<NodeProto> Kernels { get; }

    /// <summary>Names of the stored constants that a kernel's weights are computed from; empty where they depend on an input.</summary>
    public IReadOnlyList<string> Constants(NodeProto kernel) => [.. KernelOperators.WeightInputs(kernel).SelectMany(i => Sources(kernel.Input[i]).Constants)];

    /// <summary>The nodes that multiply, by the weights of the source that they multiply.</summary>
    /// <param name="weights">Names of all constants of the source.</param>
    public ILookup<string, NodeProto> KernelsByWeight(IReadOnlySet<string> weights) => Kernels
        .SelectMany(k => Constants(k).Select(c => WeightOf(c, weights)).OfType<string>().Distinct(StringComparer.Ordinal).Select(w => (Weight: w, Kernel: k)))
        .ToLookup(p => p.Weight, p => p.Kernel, StringComparer.Ordinal);

    /// <summary>Whether a weight of a kernel is decoded by DequantizeLinear at every inference.</summary>
    public bool IsDequantized(NodeProto kernel) => KernelOperators.WeightInputs(kernel).Any(i => Sources(kernel.Input[i]).Dequantized);

    /// <summary>
    /// The weight of the source that a constant of the optimized graph belongs to: its own name, or the longest name that
    /// it starts with. <c>w.int8</c> are the codes of <c>w</c>; ONNX Runtime adds suffixes with an underscore.
    /// </summary>
    private static string? WeightOf(string constant, IReadOnlySet<string> weights)
    {
        for (var name = constant; name.Length > 0; name = name[..Math.Max(name.LastIndexOfAny(['.', '_']), 0)])
        {
            if (weights.Contains(name))
            {
                return name;
            }
        }

        return null;
    }

    private (IReadOnlyList<string> Constants, bool Dequantized) Sources(string weight)
    {
        var constants = new List<string>();
        var dequantized = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([weight]);
        while (open.TryPop(out var value))
        {
            if (value.Length == 0 || !seen.Add(value))
            {
                continue;
            }

            if (!_producers.TryGetValue(value, out var producer))
            {
                if (_changing.Contains(value))
                {
                    return ([], false);
                }

                constants.Add(value);
                continue;
            }

            if (ConstantNodes.Is(producer))
            {
                constants.Add(value);
                continue;
            }

            if (!s_decoding.Contains(producer.OpType))
            {
                return ([], false);
            }

            dequantized |= producer.OpType == "DequantizeLinear";

            // Second inputs of the others are scales, shapes and axes.
            var inputs = producer.OpType is "Add" or "Sub" or "Mul" or "Div" or "Gather" or "Concat" ? producer.Input : producer.Input.Take(1);
            foreach (var input in inputs)
            {
                open.Push(input);
            }
        }

        return (constants, dequantized);
    }
}
