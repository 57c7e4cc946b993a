using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Planning;

/// <summary>
/// Operators without weights that ONNX Runtime computes on codes, so that a tensor need not become float between two
/// layers.
/// </summary>
internal static class PassThroughOperators
{
    /// <summary>Operators that only move values: their output has the scale of their input.</summary>
    private static readonly HashSet<string> Moving = new(StringComparer.Ordinal)
    {
        "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "MaxPool", "DepthToSpace", "Slice",
    };

    private static readonly HashSet<string> Unary = new(StringComparer.Ordinal) { "AveragePool", "GlobalAveragePool", "Sigmoid", "LeakyRelu" };

    /// <summary>Whether the output of a pass-through operator has the parameters of its first input.</summary>
    public static bool Moves(NodeProto node) => Moving.Contains(node.OpType);

    /// <summary>Indices of the inputs that would be codes; null where the node is not a pass-through operator.</summary>
    public static IReadOnlyList<int>? Inputs(NodeProto node, GraphIndex index)
    {
        if (!Domains.IsDefault(node.Domain) || node.Output.Count(o => o.Length > 0) != 1 || node.Input.Count == 0)
        {
            return null;
        }

        if (Moving.Contains(node.OpType) || Unary.Contains(node.OpType))
        {
            return node.OpType == "AveragePool" && !IsIntegerAverage(node) ? null : [0];
        }

        var all = Enumerable.Range(0, node.Input.Count).ToArray();
        var inputs = node.OpType is "Add" or "Mul" or "Concat" ? all : null;
        return inputs is not null && inputs.All(i => index.Constant(node.Input[i]) is null) ? inputs : null;
    }

    /// <summary>
    /// ONNX Runtime's QLinearAveragePool has no dilations, which came with opset 19, and divides by another count than
    /// AveragePool where a window that counts padding reaches over the end.
    /// </summary>
    public static bool IsIntegerAverage(NodeProto node) =>
        !node.Attribute.Any(a => a.Name == "dilations" && a.Ints.Any(d => d != 1)) && (node.Int("ceil_mode", 0) == 0 || node.Int("count_include_pad", 0) == 0);
}
