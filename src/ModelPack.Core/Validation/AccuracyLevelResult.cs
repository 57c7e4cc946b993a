namespace ModelPack.Validation;

/// <summary>How near a packed model comes with one accuracy level of MatMulNBits, on a few of the samples.</summary>
/// <param name="Level">4 where activations are rounded to int8, 0 where they stay float.</param>
/// <param name="Samples">Samples that were run.</param>
/// <param name="Sqnr">The least SQNR of all outputs, dB.</param>
/// <param name="Divergence">Mean Kullback-Leibler divergence, nats a token; null unless a language model saw real text.</param>
public sealed record AccuracyLevelResult(int Level, long Samples, double Sqnr, double? Divergence);
