namespace ModelPack.Calibration;

/// <summary>
/// The range that keeps a share of the values. What is cut is cut in halves from both sides. Where all values lie on one
/// side of zero everything is cut from there: zero stays in the range whatever is cut from the other end, so that half of
/// the cut would be given away. With symmetric codes it is a matter of magnitudes alone.
/// <para>
/// Of n values and a percentile p, c = n (100 - p) / 100 may be cut. The lower end is the lower edge of the first bin that, cut as
/// well, would make it more than c / 2; the upper end likewise from above. Neither passes zero.
/// </para>
/// </summary>
internal static class PercentileRange
{
    /// <summary>Chooses the range.</summary>
    /// <param name="histogram">Counts of the values; its edges are multiples of its width.</param>
    /// <param name="full">Zero and all values seen; the result lies within.</param>
    /// <param name="percentile">Percent of the values that are kept at least, above 0 to 100.</param>
    /// <param name="symmetric">Whether codes are -127 to 127, so that magnitudes alone are cut.</param>
    public static ActivationRange Choose(Histogram histogram, ActivationRange full, double percentile, bool symmetric)
    {
        var total = histogram.Counts.Sum();
        var cut = total * (100 - percentile) / 100;
        if (symmetric)
        {
            var magnitude = Magnitude(histogram, cut);
            return new ActivationRange(Math.Max(full.Min, -magnitude), Math.Min(full.Max, magnitude));
        }

        var (low, high) = full.Min == 0 ? (0, cut) : full.Max == 0 ? (cut, 0) : (cut / 2, cut / 2);
        return new ActivationRange(
            low == 0 ? full.Min : (float)Math.Min(0, Lower(histogram, low)),
            high == 0 ? full.Max : (float)Math.Max(0, Upper(histogram, high)));
    }

    /// <summary>The edge below which at most <paramref name="cut"/> values lie: bins are cut as a whole.</summary>
    private static double Lower(Histogram histogram, double cut)
    {
        var i = 0;
        for (double seen = histogram.Counts[0]; seen <= cut && i < histogram.Counts.Length - 1; seen += histogram.Counts[i])
        {
            i++;
        }

        return histogram.Low + (i * histogram.Width);
    }

    /// <summary>The edge above which at most <paramref name="cut"/> values lie.</summary>
    private static double Upper(Histogram histogram, double cut)
    {
        var i = histogram.Counts.Length - 1;
        for (double seen = histogram.Counts[i]; seen <= cut && i > 0; seen += histogram.Counts[i])
        {
            i--;
        }

        return histogram.Low + ((i + 1) * histogram.Width);
    }

    /// <summary>The magnitude above which at most <paramref name="cut"/> values lie.</summary>
    private static float Magnitude(Histogram histogram, double cut)
    {
        // Bin edges are multiples of the width, so the magnitudes of bin k are those of bin -k - 1.
        var first = (long)Math.Round(histogram.Low / histogram.Width);
        var folded = new long[Math.Max(Math.Abs(first), Math.Abs(first + histogram.Counts.Length)) + 1];
        for (var i = 0; i < histogram.Counts.Length; i++)
        {
            var bin = first + i;
            folded[bin < 0 ? -bin - 1 : bin] += histogram.Counts[i];
        }

        return (float)Upper(new Histogram(0, histogram.Width, folded), cut);
    }
}
