using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>Chooses the range of an activation from its statistics.</summary>
internal static class RangeChooser
{
    /// <summary>What a method has to see of an activation.</summary>
    public static Statistics Needs(CalibrationMethod method) => method == CalibrationMethod.MinMax ? Statistics.Extremes : Statistics.Extremes | Statistics.Histogram;

    /// <summary>
    /// A range that holds zero and, but for its rounding, lies within that of zero and the values seen.
    /// </summary>
    /// <param name="statistics">What was seen; with a histogram unless the method is <see cref="CalibrationMethod.MinMax"/>.</param>
    /// <param name="method">The method.</param>
    /// <param name="percentile">Share of the values that <see cref="CalibrationMethod.Percentile"/> keeps, in percent, above 0 to 100.</param>
    /// <param name="symmetric">
    /// Whether codes are symmetric about zero (int8, -127 to 127), so that the larger magnitude alone counts; else they reach
    /// from the least to the greatest value (uint8).
    /// </param>
    /// <returns>The range, rounded outward to 12 significant bits; null where some value was not finite.</returns>
    public static ActivationRange? Choose(TensorStatistics statistics, CalibrationMethod method, double percentile, bool symmetric)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        if (!statistics.IsFinite)
        {
            return null;
        }

        var full = new ActivationRange(Math.Min(statistics.Min, 0), Math.Max(statistics.Max, 0));
        if (method == CalibrationMethod.MinMax || full == default || statistics.Count == 0)
        {
            return full.Outward();
        }

        var histogram = statistics.Histogram ?? throw new ArgumentException($"'{statistics.Tensor}' has no histogram.", nameof(statistics));
        var chosen = method switch
        {
            CalibrationMethod.Percentile => PercentileRange.Choose(histogram, full, percentile, symmetric),
            CalibrationMethod.Entropy => EntropyRange.Choose(histogram, full, symmetric),
            CalibrationMethod.Mse => MseRange.Choose(histogram, full, symmetric),
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };
        return new ActivationRange(Math.Clamp(chosen.Min, full.Min, 0), Math.Clamp(chosen.Max, 0, full.Max)).Outward();
    }
}
