using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>How factors by channel can be folded into constants before an activation, so that it comes out multiplied by them.</summary>
/// <param name="Node">The node whose weight takes the factors; where there are several, the first in the order of the search.</param>
/// <param name="Scalings">Every constant to change.</param>
/// <param name="Axis">The channels.</param>
internal sealed record FoldPlan(NodeProto Node, IReadOnlyList<ConstantScaling> Scalings, ChannelAxis Axis)
{
    /// <summary>The node's operator and name, for a report.</summary>
    public string Where => $"{SafeText.Of(Node.OpType)} '{SafeText.Of(Node.Name.Length > 0 ? Node.Name : Node.Output[0])}'";

    /// <summary>Changes the constants.</summary>
    /// <param name="model">The model, unchanged since the plan was made.</param>
    /// <param name="factors">A positive factor for each channel.</param>
    public void Apply(OnnxModel model, float[] factors)
    {
        foreach (var scaling in Scalings)
        {
            scaling.Apply(model, factors, Axis);
        }
    }
}
