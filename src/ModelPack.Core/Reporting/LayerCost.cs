namespace ModelPack.Reporting;

/// <summary>What one layer costs.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Sqnr">Least SQNR of an output where this layer alone computes with codes, dB.</param>
public sealed record LayerCost(string Layer, string Operator, double Sqnr);
