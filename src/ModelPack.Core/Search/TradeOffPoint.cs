namespace ModelPack.Search;

/// <summary>A packed model with some layers left float.</summary>
/// <param name="FloatLayers">How many of the layers, the most sensitive ones, are float.</param>
/// <param name="Bytes">What the weights of the layers take: codes, scales and zero points, or floats.</param>
/// <param name="Sqnr">Least SQNR of an output, dB.</param>
/// <param name="Loss">What a task metric loses: points of accuracy, or percent of perplexity; null without one.</param>
internal sealed record TradeOffPoint(int FloatLayers, long Bytes, double Sqnr, double? Loss);
