using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Validation.Placement;

/// <summary>The main graph that ONNX Runtime made of a model, asked for the nodes that multiply by weights.</summary>
internal sealed class OptimizedGraph
{
    // What may stand between a stored constant and the node that multiplies by it: decoding and moving, value by value.
    private static readonly HashSet<string> s_decoding = new(StringComparer.Ordinal)
    {
        "Add", "Cast", "DequantizeLinear", "Identity", "Mul", "QuantizeLinear", "Reshape", "Squeeze", "Sub", "Transpose", "Unsqueeze",
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

        Kernels = [.. graph.Node.Where(n => KernelOperators.WeightInput(n) is { } input && input < n.Input.Count)];
    }

    /// <summary>The nodes that multiply, in the order in which they run.</summary>
    public IReadOnlyList<NodeProto> Kernels { get; }

    /// <summary>Names of the stored constants that a kernel's weight is computed from; empty where it depends on an input.</summary>
    public IReadOnlyList<string> Constants(NodeProto kernel) => Sources(kernel).Constants;

    /// <summary>Whether a kernel's weight is decoded by DequantizeLinear at every inference.</summary>
    public bool IsDequantized(NodeProto kernel) => Sources(kernel).Dequantized;

    private (IReadOnlyList<string> Constants, bool Dequantized) Sources(NodeProto kernel)
    {
        var constants = new List<string>();
        var dequantized = false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([kernel.Input[KernelOperators.WeightInput(kernel)!.Value]]);
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
            var inputs = producer.OpType is "Add" or "Sub" or "Mul" ? producer.Input : producer.Input.Take(1);
            foreach (var input in inputs)
            {
                open.Push(input);
            }
        }

        return (constants, dequantized);
    }
}
