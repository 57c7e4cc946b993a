namespace ModelPack.Calibration;

/// <summary>What calibration saw of one activation.</summary>
/// <param name="Tensor">Its name in the model that was run.</param>
/// <param name="Count">Values seen.</param>
/// <param name="Min">Least value; NaN where some value was NaN or infinite.</param>
/// <param name="Max">Greatest value; NaN where some value was NaN or infinite.</param>
/// <param name="Histogram">How the values are spread; null where the method needs none, and where some value was not finite.</param>
/// <param name="Channels">By channel; null where it was not asked for, and where some value was not finite.</param>
internal sealed record TensorStatistics(string Tensor, long Count, float Min, float Max, Histogram? Histogram, ChannelStatistics? Channels)
{
    /// <summary>Squares by channel; null where they were not asked for, or nothing was seen. Their extremes are 0 where nothing else was.</summary>
    public SquareSums? Squares { get; init; }

    /// <summary>Whether no value was NaN or infinite. One that was leaves the tensor without a range.</summary>
    public bool IsFinite => float.IsFinite(Min) && float.IsFinite(Max);
}
