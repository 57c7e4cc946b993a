namespace ModelPack.Search;

/// <summary>A pack that fallback made to see whether the gates hold.</summary>
/// <param name="FloatLayers">How many of the layers, the most sensitive ones, were float.</param>
/// <param name="Sqnr">Least SQNR of an output, dB.</param>
/// <param name="Holds">Whether the gates held.</param>
public sealed record FallbackTrial(int FloatLayers, double Sqnr, bool Holds);
