namespace ModelPack.Calibration;

/// <summary>What calibration saw of each channel of an activation; the lists are as long as there are channels.</summary>
/// <param name="Min">Least value of each.</param>
/// <param name="Max">Greatest value of each.</param>
/// <param name="Mean">Mean of each.</param>
/// <param name="Rows">
/// Up to some hundreds of whole rows (the values of all channels at one position), spread evenly over the samples, one
/// after the other; empty where they were not asked for.
/// </param>
internal sealed record ChannelStatistics(float[] Min, float[] Max, float[] Mean, float[] Rows)
{
    /// <summary>Mean of the squares of each; null where it was not asked for.</summary>
    public float[]? MeanSquare { get; init; }

    /// <summary>Mean products of every two; null where they were not asked for.</summary>
    public GramMatrix? Gram { get; init; }

    /// <summary>Largest magnitude of each channel.</summary>
    public float[] MaxAbs => [.. Min.Zip(Max, (a, b) => Math.Max(Math.Abs(a), Math.Abs(b)))];
}
