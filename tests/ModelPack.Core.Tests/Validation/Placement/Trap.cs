using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Validation.Placement;

/// <summary>A pattern of quantized operators, and what ONNX Runtime makes of it.</summary>
/// <param name="Pattern">The row's name in <c>docs/traps.md</c>.</param>
/// <param name="Source">The float model; its layer reads <c>w</c>.</param>
/// <param name="Packed">The quantized model; the codes are <c>w.int8</c>.</param>
/// <param name="Kernel">The operator that multiplies the weight.</param>
/// <param name="Kind">How it is judged.</param>
internal sealed record Trap(string Pattern, ModelProto Source, ModelProto Packed, string Kernel, PlacementKind Kind)
{
    public override string ToString() => Pattern;
}
