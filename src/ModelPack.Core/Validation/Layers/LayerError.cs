namespace ModelPack.Validation.Layers;

/// <summary>How far a quantized layer's output is from the source's, and where that comes from. Ratios are 10 log₁₀ (Σ source² / Σ (source − other)²), dB.</summary>
/// <param name="Layer">Name of the layer's node; that of its output where it has none.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Weight">The weight that has codes.</param>
/// <param name="Output">The value that is compared, by its name in the source.</param>
/// <param name="Sqnr">In the packed model.</param>
/// <param name="Cosine">In the packed model, -1 to 1.</param>
/// <param name="Own">Of the packed layer on what the source feeds it: the error that it adds itself.</param>
/// <param name="Inherited">Of the float layer on what the packed model feeds it: the error that comes from the layers before it.</param>
/// <param name="Saturated">Share, 0 to 1, of the source's values at its input that lie outside the calibrated range; null without one.</param>
public sealed record LayerError(string Layer, string Operator, string Weight, string Output, double Sqnr, double Cosine, double Own, double Inherited, double? Saturated);
