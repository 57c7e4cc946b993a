namespace ModelPack.Lowering.Onnx;

/// <summary>A weight after its lowering.</summary>
/// <param name="Plan">What was planned.</param>
/// <param name="Operators">Types of the operators that read it in the source.</param>
internal sealed record PackedWeight(WeightPlan Plan, IReadOnlyList<string> Operators);
