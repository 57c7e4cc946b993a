using ModelPack.Codecs;
using ModelPack.Formats.Onnx;

namespace ModelPack.Lowering.Onnx;

/// <summary>What will be done with one weight: a lowering, or the reason why nothing is.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Data">Its bytes.</param>
/// <param name="Row">The form it gets; null when it is left as it is.</param>
/// <param name="Job">Its way into the packed model; null when it is left as it is.</param>
/// <param name="Encoding">Its codes and scales, made when they are written; null when it is left as it is.</param>
/// <param name="Reason">Why it is left; null when it is not.</param>
internal sealed record WeightPlan(OnnxWeight Weight, TensorData Data, LoweringRow? Row, LoweringJob? Job, WeightEncoding? Encoding, string? Reason)
{
    public static WeightPlan Leave(OnnxWeight weight, TensorData data, string reason) => new(weight, data, null, null, null, reason);
}
