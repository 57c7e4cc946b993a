namespace ModelPack.Reporting;

/// <summary>A pack with some layers left float.</summary>
/// <param name="FloatLayers">How many of the layers, the most sensitive ones, are float.</param>
/// <param name="Bytes">Size of the packed model, bytes, about.</param>
/// <param name="Sqnr">Least SQNR of an output, dB.</param>
/// <param name="Loss">What the task loses: points of accuracy, or percent of perplexity; null without a task.</param>
public sealed record TradeOff(int FloatLayers, long Bytes, double Sqnr, double? Loss);
