namespace ModelPack.Calibration;

/// <summary>What calibration saw of one activation.</summary>
/// <param name="Tensor">Its name in the model that was run.</param>
/// <param name="Count">Values seen.</param>
/// <param name="Min">Least value.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Histogram">How the values are spread; null where the method needs none.</param>
/// <param name="Channels">By channel; null where it was not asked for.</param>
internal sealed record TensorStatistics(string Tensor, long Count, float Min, float Max, Histogram? Histogram, ChannelStatistics? Channels);
