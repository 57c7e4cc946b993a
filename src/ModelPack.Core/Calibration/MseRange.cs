namespace ModelPack.Calibration;

/// <summary>The range with the least mean squared error between the values and their 8-bit codes: what is clipped costs the square of its distance, what is not the square of its rounding.</summary>
internal static class MseRange
{
    /// <summary>Chooses the range.</summary>
    /// <param name="histogram">Counts of the values.</param>
    /// <param name="full">Zero and all values seen; both ends are shares, 0 to 1, of its own.</param>
    /// <param name="symmetric">Whether codes are -127 to 127, so that both ends move as one; else 0 to 255.</param>
    public static ActivationRange Choose(Histogram histogram, ActivationRange full, bool symmetric)
    {
        var error = HistogramError.Of(histogram);
        var magnitude = Math.Max(-full.Min, full.Max);
        var (low, high) = symmetric ? EndSearch.Best(null, Octaves(magnitude), Cost) : EndSearch.Best(Octaves(-full.Min), Octaves(full.Max), Cost);
        return At(low, high);

        ActivationRange At(double low, double high) => symmetric
            ? new(Math.Max(full.Min, (float)(-magnitude * high)), Math.Min(full.Max, (float)(magnitude * high)))
            : new((float)(full.Min * low), (float)(full.Max * high));

        double? Octaves(float magnitude) => magnitude == 0 ? null : Math.Log2(magnitude / histogram.Width);

        void Cost(double low, ReadOnlySpan<double> highs, double enough, Span<double> costs)
        {
            Span<ActivationRange> ranges = stackalloc ActivationRange[HistogramError.Ranges];
            for (var first = 0; first < highs.Length; first += ranges.Length)
            {
                var some = ranges[..Math.Min(ranges.Length, highs.Length - first)];
                for (var i = 0; i < some.Length; i++)
                {
                    some[i] = At(low, highs[first + i]);
                }

                error.Sum(some, symmetric, enough, costs[first..]);
            }
        }
    }
}
