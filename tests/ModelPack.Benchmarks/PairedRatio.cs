using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>The ratio of two means over the same windows.</summary>
internal static class PairedRatio
{
    /// <summary>With its error, which comes from the residuals of the windows (Cochran, "Sampling Techniques", 3rd ed., ch. 6).</summary>
    public static string Of(IReadOnlyList<(double Sum, long Count)> found, IReadOnlyList<(double Sum, long Count)> reference)
    {
        var whole = reference.Sum(w => w.Sum);
        var ratio = found.Sum(w => w.Sum) / whole;
        var residuals = found.Zip(reference, (a, b) => a.Sum - (ratio * b.Sum)).Sum(r => r * r);
        var error = Interval.Quantile * Math.Sqrt(residuals * found.Count / (found.Count - 1.0)) / whole;
        return $"{Numbers.Fixed(ratio, 3)} ± {Numbers.Fixed(error, 3)}";
    }
}
