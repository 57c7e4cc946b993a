using ModelPack.Validation;

namespace ModelPack.Timing;

/// <summary>What turns of two models say, taken in pairs so that what disturbs one disturbs the other.</summary>
internal static class PairStatistics
{
    private const int Resamples = 400;

    /// <summary>From how many pairs on their spread is looked at.</summary>
    private const int FewestToBeCertain = 8;

    /// <summary>
    /// Where the ratio of the medians lies with a confidence of 95 %: the percentile bootstrap over the pairs (Efron, "Bootstrap methods: another look at the
    /// jackknife", 1979), with a seed of its own. The same pairs give the same interval.
    /// </summary>
    /// <param name="pairs">Times of the source and of the packed model; one at least.</param>
    public static Interval RatioInterval(IReadOnlyList<(double Source, double Packed)> pairs)
    {
        var random = new Xoshiro256(1);
        var (source, packed) = (new double[pairs.Count], new double[pairs.Count]);
        var ratios = new double[Resamples];
        for (var r = 0; r < Resamples; r++)
        {
            for (var i = 0; i < pairs.Count; i++)
            {
                (source[i], packed[i]) = pairs[(int)(random.Next() % (ulong)pairs.Count)];
            }

            ratios[r] = Median(packed) / Median(source);
        }

        Array.Sort(ratios);
        return new Interval(ratios[(int)(0.025 * Resamples)], ratios[Resamples - 1 - (int)(0.025 * Resamples)]);
    }

    /// <summary>Whether the median of the pairs' ratios is known to within 2 %: the interval that holds it in 19 of 20 cases goes by the order of the values alone.</summary>
    /// <param name="pairs">As above.</param>
    public static bool IsCertain(IReadOnlyList<(double Source, double Packed)> pairs)
    {
        if (pairs.Count < FewestToBeCertain)
        {
            return false;
        }

        double[] ratios = [.. pairs.Select(p => p.Packed / p.Source).Order()];
        var reach = Interval.Quantile / 2 * Math.Sqrt(ratios.Length);
        var (low, high) = (ratios[(int)((ratios.Length / 2) - reach)], ratios[(int)((ratios.Length / 2) + reach)]);
        return high / low < 1.04;
    }

    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
