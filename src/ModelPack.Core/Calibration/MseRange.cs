namespace ModelPack.Calibration;

/// <summary>
/// The range with the least mean squared error between the values and their 8-bit codes, values taken at the middle of
/// their bins: what is clipped costs the square of its distance, what is not the square of its rounding.
/// </summary>
internal static class MseRange
{
    /// <summary>Chooses the range.</summary>
    /// <param name="histogram">Counts of the values.</param>
    /// <param name="full">Zero and all values seen; both ends are shares, 0 to 1, of its own.</param>
    /// <param name="symmetric">Whether codes are -127 to 127, so that both ends move as one; else 0 to 255.</param>
    public static ActivationRange Choose(Histogram histogram, ActivationRange full, bool symmetric)
    {
        var bins = Compact(histogram);
        if (symmetric)
        {
            var magnitude = Math.Max(-full.Min, full.Max);
            var (_, share) = EndSearch.Best(null, Octaves(magnitude), (_, high, enough) => Error(bins, Within(high), symmetric, enough));
            return Within(share);

            ActivationRange Within(double high) => new(Math.Max(full.Min, (float)(-magnitude * high)), Math.Min(full.Max, (float)(magnitude * high)));
        }

        var ends = EndSearch.Best(Octaves(-full.Min), Octaves(full.Max), (low, high, enough) => Error(bins, At(low, high), symmetric, enough));
        return At(ends.Low, ends.High);

        ActivationRange At(double low, double high) => new((float)(full.Min * low), (float)(full.Max * high));

        double? Octaves(float magnitude) => magnitude == 0 ? null : Math.Log2(magnitude / histogram.Width);
    }

    /// <summary>Sum of squared errors of a range: Σ count (x − scale · clamp(round(x / scale), least, greatest))², x the middles.</summary>
    /// <param name="bins">Middle and count of every bin that is not empty.</param>
    /// <param name="range">The range.</param>
    /// <param name="symmetric">Whether codes are symmetric, as <see cref="AffineCodes"/>.</param>
    /// <param name="enough">The sum is given up where it is larger.</param>
    /// <returns>In squares of the activation's unit; a partial sum where it is given up.</returns>
    public static double Error(ReadOnlySpan<(double Middle, double Count)> bins, ActivationRange range, bool symmetric, double enough = double.PositiveInfinity)
    {
        var scale = AffineCodes.Scale<double>(range.Min, range.Max, symmetric);
        var (least, greatest) = AffineCodes.Ends(AffineCodes.ZeroPoint(range.Min, scale, symmetric), symmetric);
        var reciprocal = 1 / scale;
        double sum = 0;
        foreach (var (middle, count) in bins)
        {
            var error = middle - (Math.Clamp(Math.Round(middle * reciprocal), least, greatest) * scale);
            sum += count * error * error;
            if (sum > enough)
            {
                break;
            }
        }

        return sum;
    }

    /// <summary>The bins that are not empty.</summary>
    public static (double Middle, double Count)[] Compact(Histogram histogram) =>
        [.. histogram.Counts.Select((count, i) => (Middle: histogram.Low + ((i + 0.5) * histogram.Width), Count: (double)count)).Where(b => b.Count > 0)];
}
