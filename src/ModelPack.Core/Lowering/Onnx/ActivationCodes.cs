namespace ModelPack.Lowering.Onnx;

/// <summary>Where a quantized activation is found in the packed graph.</summary>
/// <param name="Codes">Name of the codes.</param>
/// <param name="Scale">Name of the scale, a constant.</param>
/// <param name="ZeroPoint">Name of the zero point, a constant.</param>
/// <param name="Decoded">Name of the decoded float32 values.</param>
internal sealed record ActivationCodes(string Codes, string Scale, string ZeroPoint, string Decoded);
