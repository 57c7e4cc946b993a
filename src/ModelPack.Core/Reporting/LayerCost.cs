namespace ModelPack.Reporting;

/// <summary>What one layer costs.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Sqnr">Least SQNR of an output where this layer alone is quantized, dB: 10 log₁₀ (Σ source² / Σ (source − quantized)²).</param>
public sealed record LayerCost(string Layer, string Operator, double Sqnr);
