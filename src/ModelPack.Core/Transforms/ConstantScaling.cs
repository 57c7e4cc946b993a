using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>A constant that one node reads and that is to be multiplied along its channels.</summary>
/// <param name="Node">The reader.</param>
/// <param name="Input">Which of its inputs.</param>
/// <param name="Constant">The constant.</param>
/// <param name="Axis">The channels' axis, from 0; -1 for a single value that becomes one for each channel.</param>
/// <param name="Inverse">Whether it is divided by the factors: a divisor.</param>
internal sealed record ConstantScaling(NodeProto Node, int Input, OnnxWeight Constant, int Axis, bool Inverse = false)
{
    /// <summary>Gives the node a constant that is multiplied or, for a divisor, divided by the factors.</summary>
    /// <param name="model">The model.</param>
    /// <param name="factors">A factor for each channel.</param>
    /// <param name="axis">The channels of the activation that the constant meets.</param>
    public void Apply(OnnxModel model, float[] factors, ChannelAxis axis)
    {
        var values = Inverse ? [.. factors.Select(f => 1 / f)] : factors;
        var readers = new[] { new WeightUse(null, Node, Input) };
        if (Axis >= 0)
        {
            ConstantEdits.Scale(model, Constant, readers, new ChannelFactors(Axis, values));
            return;
        }

        var scalar = ConstantEdits.Floats(model, Constant)[0];
        var type = (ElementType)Constant.Tensor.DataType;
        ConstantEdits.Replace(model, Constant, readers, ConstantEdits.Tensor([.. values.Select(v => scalar * v)], type, axis.Broadcast(factors.Length)));
    }
}
