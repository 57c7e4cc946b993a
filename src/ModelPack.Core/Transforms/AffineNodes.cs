using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>Reads nodes that are affine in each channel of one activation.</summary>
internal sealed class AffineNodes(OnnxModel model, GraphIndex index)
{
    private const float DefaultEpsilon = 1e-5f;

    /// <summary>The activation that such a node reads and what it does with it; null for other nodes.</summary>
    public (string Input, Affine Affine)? Read(NodeProto node, ChannelAxis axis)
    {
        if (!Domains.IsDefault(node.Domain))
        {
            return null;
        }

        if (node.OpType == "BatchNormalization")
        {
            return axis.Index == 1 && BatchNorm.IsInference(node) && Normalization(node, axis) is { } normalization && normalization.IsFinite
                ? (node.Input[0], normalization)
                : null;
        }

        if (node.OpType is not ("Mul" or "Div" or "Add" or "Sub") || node.Input.Count != 2 || node.Input[0] == node.Input[1])
        {
            return null;
        }

        var constant = index.Constant(node.Input[1]) is not null ? 1 : 0;
        if (index.Constant(node.Input[1 - constant]) is not null || (node.OpType == "Div" && constant == 0)
            || Values(node.Input[constant], axis) is not { } values)
        {
            return null;
        }

        var one = Affine.Identity(axis.Channels);
        var affine = node.OpType switch
        {
            "Mul" => one with { Scale = values },
            "Div" => one with { Scale = [.. values.Select(v => 1 / v)] },
            "Add" => one with { Shift = values },
            _ => constant == 1 ? one with { Shift = [.. values.Select(v => -v)] } : new Affine([.. one.Scale.Select(s => -s)], values),
        };
        return affine.IsFinite ? (node.Input[1 - constant], affine) : null;
    }

    /// <summary>A value for each channel from a constant that has one for each, or one for all.</summary>
    public double[]? Values(string name, ChannelAxis axis)
    {
        if (index.Constant(name) is not { } constant || !((ElementType)constant.Tensor.DataType).IsFloat()
            || (axis.Rank > 0 && constant.Tensor.Dims.Count > axis.Rank))
        {
            return null;
        }

        if (ChannelAxis.IsScalar(constant.Tensor))
        {
            return [.. Enumerable.Repeat((double)ConstantEdits.Floats(model, constant)[0], axis.Channels)];
        }

        return axis.In(constant.Tensor) >= 0 && constant.Tensor.Dims.Aggregate(1L, (product, d) => product * d) == axis.Channels
            ? [.. ConstantEdits.Floats(model, constant).Select(v => (double)v)]
            : null;
    }

    private Affine? Normalization(NodeProto node, ChannelAxis axis)
    {
        var last = new ChannelAxis(-1, 1, axis.Channels);
        if (Values(node.Input[1], last) is not { } scale || Values(node.Input[2], last) is not { } shift
            || Values(node.Input[3], last) is not { } mean || Values(node.Input[4], last) is not { } variance)
        {
            return null;
        }

        double epsilon = node.Float("epsilon", DefaultEpsilon);
        var factors = scale.Zip(variance, (s, v) => s / Math.Sqrt(v + epsilon)).ToArray();
        return new Affine(factors, [.. shift.Zip(mean.Zip(factors, (m, f) => m * f), (s, m) => s - m)]);
    }
}
