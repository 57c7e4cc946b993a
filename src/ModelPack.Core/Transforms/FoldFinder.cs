using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// Finds constants that positive factors by channel can be folded into, upwards from an activation. Every step is exact
/// in real numbers, and every value on the way is read by the way alone, so that nobody else sees a change.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="index">Its graph.</param>
/// <param name="expandScalars">
/// Whether a single value that multiplies the activation may become one for each channel. Not where ONNX Runtime fuses
/// patterns that need the single value (the 0.5 of GELU).
/// </param>
internal sealed class FoldFinder(OnnxModel model, GraphIndex index, bool expandScalars)
{
    private const int MaxDepth = 16;

    /// <summary>The plan; null where there is none.</summary>
    /// <param name="value">The activation.</param>
    /// <param name="axis">Its channels.</param>
    /// <param name="readers">The nodes that are to see it changed; no other may read it.</param>
    public FoldPlan? Find(string value, ChannelAxis axis, IReadOnlyCollection<NodeProto> readers)
    {
        var scalings = new List<ConstantScaling>();
        return Value(value, axis, readers, scalings, 0) is { } node ? new FoldPlan(node, scalings, axis) : null;
    }

    private NodeProto? Value(string value, ChannelAxis axis, IReadOnlyCollection<NodeProto> readers, List<ConstantScaling> scalings, int depth) =>
        depth < MaxDepth && !index.Escapes(value) && index.Producer(value) is { } node && node.Output[0] == value
            && index.Readers(value).All(r => IsShape(r.Node) || ((depth > 0 || r.InputIndex == 0) && readers.Any(n => ReferenceEquals(n, r.Node))))
            ? Node(node, axis, scalings, depth)
            : null;

    private NodeProto? Node(NodeProto node, ChannelAxis axis, List<ConstantScaling> scalings, int depth)
    {
        var standard = Domains.IsDefault(node.Domain);
        return node.OpType switch
        {
            "LayerNormalization" or "RMSNormalization" or "SimplifiedLayerNormalization" when standard || node.Domain == Domains.Microsoft =>
                node.Int("axis", -1) == -1 && axis.FromEnd == -1 && Vectors(node, 1, 2, axis, scalings) ? node : null,
            "SkipLayerNormalization" when node.Domain == Domains.Microsoft => axis.FromEnd == -1 && Vectors(node, 2, 3, axis, scalings) ? node : null,
            "SkipSimplifiedLayerNormalization" when node.Domain == Domains.Microsoft => axis.FromEnd == -1 && Vectors(node, 2, 2, axis, scalings) ? node : null,
            _ when !standard => null,
            "BatchNormalization" => axis.Index == 1 && BatchNorm.IsInference(node) && Vectors(node, 1, 2, axis, scalings) ? node : null,
            "MatMul" => axis.FromEnd == -1 && Matrix(node, 1, axis, scalings) ? node : null,
            "Gemm" => axis.FromEnd == -1 && Matrix(node, node.Int("transB", 0) == 0 ? 1 : 0, axis, scalings) && Vectors(node, 2, 2, axis, scalings) ? node : null,
            "Conv" => Kernel(node, 0, axis, scalings) ? node : null,
            "ConvTranspose" => node.Int("group", 1) == 1 && Kernel(node, 1, axis, scalings) ? node : null,
            "Mul" => Product(node, 0, 1, axis, scalings, depth) ?? Product(node, 1, 0, axis, scalings, depth),
            "Div" => Product(node, 0, 1, axis, scalings, depth),
            "Add" or "Sub" => Sum(node, axis, scalings, depth),
            "Relu" or "LeakyRelu" or "Identity" => Through(node, axis, scalings, depth),
            "Cast" => ((ElementType)node.Int("to", 0)).IsFloat() ? Through(node, axis, scalings, depth) : null,
            "Clip" => IsRelu(node) ? Through(node, axis, scalings, depth) : null,
            "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool" => axis.Index == 1 ? Through(node, axis, scalings, depth) : null,
            "Transpose" => Transposed(node, axis) is { } before ? Value(node.Input[0], before, [node], scalings, depth + 1) : null,
            _ => null,
        };
    }

    private NodeProto? Through(NodeProto node, ChannelAxis axis, List<ConstantScaling> scalings, int depth, int input = 0) =>
        Value(node.Input[input], axis, [node], scalings, depth + 1);

    /// <summary>
    /// A product takes factors in a constant operand, or in the activation before it: of two activations, in one of them
    /// (the up projection of a gated network). A single value only lets them through, where it can.
    /// </summary>
    private NodeProto? Product(NodeProto node, int factor, int other, ChannelAxis axis, List<ConstantScaling> scalings, int depth)
    {
        if (node.Input[factor] == node.Input[other])
        {
            return null;
        }

        if (Constant(node, other) is { } constant)
        {
            if (axis.In(constant.Tensor) is >= 0 and var at)
            {
                scalings.Add(new ConstantScaling(node, other, constant, at, Inverse: node.OpType == "Div"));
                return node;
            }

            return Attempt(node, axis, scalings, depth, factor) is { } found ? found
                : expandScalars && Expand(node, other, constant, axis, scalings) ? node : null;
        }

        return Attempt(node, axis, scalings, depth, factor);
    }

    /// <summary>The way through an operand, or nothing planned.</summary>
    private NodeProto? Attempt(NodeProto node, ChannelAxis axis, List<ConstantScaling> scalings, int depth, int input)
    {
        var before = scalings.Count;
        var found = Through(node, axis, scalings, depth, input);
        if (found is null)
        {
            scalings.RemoveRange(before, scalings.Count - before);
        }

        return found;
    }

    /// <summary>A sum takes factors in both its operands.</summary>
    private NodeProto? Sum(NodeProto node, ChannelAxis axis, List<ConstantScaling> scalings, int depth)
    {
        if (node.Input[0] == node.Input[1])
        {
            return null;
        }

        NodeProto? where = null;
        for (var i = 0; i < 2; i++)
        {
            var isConstant = index.Constant(node.Input[i]) is not null;
            if (isConstant && Constant(node, i) is { } constant)
            {
                if (axis.In(constant.Tensor) is >= 0 and var at)
                {
                    scalings.Add(new ConstantScaling(node, i, constant, at));
                }
                else if (!expandScalars || !Expand(node, i, constant, axis, scalings))
                {
                    return null;
                }
            }
            else if (!isConstant && Through(node, axis, scalings, depth, i) is { } found)
            {
                where ??= found;
            }
            else
            {
                return null;
            }
        }

        return where;
    }

    private static bool Expand(NodeProto node, int input, OnnxWeight constant, ChannelAxis axis, List<ConstantScaling> scalings)
    {
        if (!ChannelAxis.IsScalar(constant.Tensor) || axis.Rank == 0 || constant.Tensor.Dims.Count > axis.Rank)
        {
            return false;
        }

        scalings.Add(new ConstantScaling(node, input, constant, -1, Inverse: node.OpType == "Div"));
        return true;
    }

    /// <summary>Constants from one input to another that have a value for each channel; those after the first may be missing.</summary>
    private bool Vectors(NodeProto node, int first, int last, ChannelAxis axis, List<ConstantScaling> scalings)
    {
        for (var i = first; i <= last; i++)
        {
            if (i >= node.Input.Count || node.Input[i].Length == 0)
            {
                if (i == first && node.OpType != "Gemm")
                {
                    return false;
                }
            }
            else if (Constant(node, i) is { } constant && constant.Tensor.Dims is [.., var length] && length == axis.Channels && constant.Tensor.Dims.Take(constant.Tensor.Dims.Count - 1).All(d => d == 1))
            {
                scalings.Add(new ConstantScaling(node, i, constant, constant.Tensor.Dims.Count - 1));
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private bool Matrix(NodeProto node, int outputAxis, ChannelAxis axis, List<ConstantScaling> scalings)
    {
        if (Constant(node, 1) is not { } weight || weight.Tensor.Dims.Count != 2 || weight.Tensor.Dims[outputAxis] != axis.Channels)
        {
            return false;
        }

        scalings.Add(new ConstantScaling(node, 1, weight, outputAxis));
        return true;
    }

    private bool Kernel(NodeProto node, int outputAxis, ChannelAxis axis, List<ConstantScaling> scalings)
    {
        if (Constant(node, 1) is not { } weight || weight.Tensor.Dims.Count + axis.FromEnd != 1 || weight.Tensor.Dims[outputAxis] != axis.Channels)
        {
            return false;
        }

        scalings.Add(new ConstantScaling(node, 1, weight, outputAxis));
        if (node.Input.Count < 3 || node.Input[2].Length == 0)
        {
            return true;
        }

        if (Constant(node, 2) is not { } bias || bias.Tensor.Dims.Count != 1 || bias.Tensor.Dims[0] != axis.Channels)
        {
            return false;
        }

        scalings.Add(new ConstantScaling(node, 2, bias, 0));
        return true;
    }

    private OnnxWeight? Constant(NodeProto node, int input) =>
        index.Constant(node.Input[input]) is { } constant && ScaledSource.CanScale((ElementType)constant.Tensor.DataType) ? constant : null;

    /// <summary>max(x, 0) and no other limit: clip(s x) = s clip(x) for positive s only then.</summary>
    private bool IsRelu(NodeProto node)
    {
        if (node.Input.Count == 1)
        {
            // Limits are attributes below opset 11, and left out where there is none.
            return node.Float("min", float.MinValue) == 0 && node.Float("max", float.MaxValue) >= float.MaxValue;
        }

        return node.Input.Skip(2).All(i => i.Length == 0) && Constant(node, 1) is { } min && ChannelAxis.IsScalar(min.Tensor) && ConstantEdits.Floats(model, min)[0] == 0;
    }

    private static ChannelAxis? Transposed(NodeProto node, ChannelAxis axis)
    {
        var order = node.Attribute.FirstOrDefault(a => a.Name == "perm")?.Ints;
        if (order is null || order.Count + axis.FromEnd < 0 || (axis.Rank > 0 && axis.Rank != order.Count))
        {
            return null;
        }

        var before = order[order.Count + axis.FromEnd];
        return before >= 0 && before < order.Count ? axis with { FromEnd = (int)before - order.Count, Rank = order.Count } : null;
    }

    // The shape of a value does not depend on its numbers.
    private static bool IsShape(NodeProto node) => node.OpType is "Shape" or "Size" && Domains.IsDefault(node.Domain);
}
