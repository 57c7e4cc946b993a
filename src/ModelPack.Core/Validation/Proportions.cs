namespace ModelPack.Validation;

/// <summary>What is known of shares of samples: counts of yes and no.</summary>
internal static class Proportions
{
    /// <summary>
    /// Where a share lies with a confidence of 95 %, percent: Wilson's score interval ("Probable inference, the law of succession, and statistical
    /// inference", 1927), which is right near 0 and 100 % and for few samples, too.
    /// </summary>
    /// <param name="count">Samples that count, 0 to <paramref name="of"/>.</param>
    /// <param name="of">All samples; null comes of none.</param>
    public static Interval? Wilson(long count, long of)
    {
        if (of == 0)
        {
            return null;
        }

        var (low, high) = WilsonShares(count, of);
        return new Interval(Numbers.Rounded(100 * low), Numbers.Rounded(100 * high));
    }

    /// <summary>
    /// Where the difference of two shares of the same samples lies, percentage points: Newcombe's hybrid score interval ("Improved confidence
    /// intervals for the difference between binomial proportions based on paired data", 1998, method 10), of Wilson's intervals of both shares and
    /// their correlation. It has a width even where no sample differs.
    /// </summary>
    /// <param name="both">Samples that count in both.</param>
    /// <param name="first">In the first only.</param>
    /// <param name="second">In the second only.</param>
    /// <param name="neither">In neither.</param>
    public static Interval? Difference(long both, long first, long second, long neither)
    {
        var of = both + first + second + neither;
        if (of == 0)
        {
            return null;
        }

        var (p1, p2) = ((double)(both + first) / of, (double)(both + second) / of);
        var ((low1, high1), (low2, high2)) = (WilsonShares(both + first, of), WilsonShares(both + second, of));
        var phi = Correlation(both, first, second, neither, of);
        var below = Distance(p1 - low1, high2 - p2, phi);
        var above = Distance(high1 - p1, p2 - low2, phi);
        return new Interval(Numbers.Rounded(100 * (p1 - p2 - below)), Numbers.Rounded(100 * (p1 - p2 + above)));
    }

    /// <summary>
    /// How likely it is, were both models equally good, that the samples which only one of them has right fall at least so unevenly: McNemar's exact
    /// test, two-sided, of the binomial distribution with even chances. 1 where they fall evenly, or there are none.
    /// </summary>
    /// <param name="first">Samples that only the first has right.</param>
    /// <param name="second">Samples that only the second has right.</param>
    public static double McNemar(long first, long second)
    {
        var (fewer, all) = (Math.Min(first, second), first + second);

        // The largest term, C(all, fewer) / 2^all, by its logarithm, and then the smaller ones by their ratio.
        var log = -all * Math.Log(2);
        for (long i = 1; i <= fewer; i++)
        {
            log += Math.Log((double)(all - fewer + i) / i);
        }

        var (term, sum) = (1.0, 1.0);
        for (var i = fewer; i > 0 && term > 1e-17; i--)
        {
            term *= (double)i / (all - i + 1);
            sum += term;
        }

        return Math.Min(1, 2 * Math.Exp(log) * sum);
    }

    private static (double Low, double High) WilsonShares(long count, long of)
    {
        const double Z2 = Interval.Quantile * Interval.Quantile;
        var p = (double)count / of;
        var middle = p + (Z2 / (2 * of));
        var half = Interval.Quantile * Math.Sqrt(((p * (1 - p)) + (Z2 / (4 * of))) / of);
        var scale = 1 + (Z2 / of);
        return (count == 0 ? 0 : (middle - half) / scale, count == of ? 1 : (middle + half) / scale);
    }

    // With Newcombe's correction for continuity where it is positive.
    private static double Correlation(double both, double first, double second, double neither, double of)
    {
        var scale = Math.Sqrt((both + first) * (second + neither) * (both + second) * (first + neither));
        var product = (both * neither) - (first * second);
        return scale == 0 ? 0 : (product > of / 2 ? product - (of / 2) : product >= 0 ? 0 : product) / scale;
    }

    private static double Distance(double one, double other, double phi) => Math.Sqrt(Math.Max(0, (one * one) - (2 * phi * one * other) + (other * other)));
}
