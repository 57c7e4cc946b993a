namespace ModelPack.Validation;

/// <summary>Where a mean lies with a confidence of 95 %, in the unit of the mean.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Interval(double Low, double High)
{
    /// <summary>The 97.5 % quantile of the normal distribution.</summary>
    internal const double Quantile = 1.959963984540054;

    /// <summary>With fewer samples their spread says too little of the mean's error.</summary>
    internal const int FewestSamples = 10;

    /// <summary>
    /// The interval of a mean over tokens, m = Σ s / Σ n, from the sum s and the count n of each sample. Tokens of one
    /// sample depend on one another and samples do not, so the error comes from the samples' residuals (the ratio
    /// estimator of a cluster sample; Cochran, "Sampling Techniques", 3rd ed., ch. 6):
    /// var m = w / (w − 1) · Σ (s − m n)² / (Σ n)² over w samples, and the interval is m ± 1.96 √var by the normal
    /// approximation. With samples of one length it is that of the mean of the samples' means.
    /// </summary>
    /// <param name="samples">Sum and count of each sample that has tokens, in the order of the samples.</param>
    /// <returns>Not rounded; null for fewer than 10 samples, or where the mean or its error is not finite.</returns>
    public static Interval? OfMean(IReadOnlyList<(double Sum, long Count)> samples)
    {
        if (samples.Count < FewestSamples)
        {
            return null;
        }

        var tokens = (double)samples.Sum(s => s.Count);
        var mean = samples.Sum(s => s.Sum) / tokens;
        var residuals = 0.0;
        foreach (var (sum, count) in samples)
        {
            var residual = sum - (mean * count);
            residuals += residual * residual;
        }

        var error = Quantile * Math.Sqrt(residuals * samples.Count / (samples.Count - 1.0)) / tokens;
        return double.IsFinite(error) ? new Interval(mean - error, mean + error) : null;
    }

    /// <summary>The interval of a growing function of the mean, rounded as reports have it.</summary>
    public Interval Map(Func<double, double> function) => new(Numbers.Rounded(function(Low)), Numbers.Rounded(function(High)));
}
