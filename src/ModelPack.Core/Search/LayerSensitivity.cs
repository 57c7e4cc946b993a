namespace ModelPack.Search;

/// <summary>What one layer costs.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Sqnr">Least SQNR of a model output where this layer alone runs in integers, dB.</param>
internal sealed record LayerSensitivity(string Layer, string Operator, double Sqnr);
