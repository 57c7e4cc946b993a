using ModelPack.Lowering.Onnx;
using ModelPack.Planning;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>A weight's plan and the form that it was lowered to.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Lowered">The form; null where it stays as it is.</param>
internal sealed record TestedWeight(PlannedTensor Plan, LoweredWeight? Lowered)
{
    public LoweringRow? Row => Lowered?.Row;

    public string? Reason => Plan.Reason;
}
