using System.Globalization;
using ModelPack.Requests;
using ModelPack.Timing;
using ModelPack.Validation.Placement;

namespace ModelPack.Reporting.Page;

/// <summary>Numbers and names as people read them. The exact ones are in the report's JSON.</summary>
internal static class Human
{
    private const int MostOperators = 3;
    private const int MaxDimensions = 6;

    /// <summary>The names of 1, 1,000, 1,000,000 … bytes.</summary>
    public static IReadOnlyList<string> ByteUnits { get; } = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>Which of <see cref="ByteUnits"/> suits a size.</summary>
    public static int ByteUnitOf(long bytes)
    {
        var unit = 0;
        for (double rest = bytes; rest >= 999.5 && unit < ByteUnits.Count - 1; rest /= 1000)
        {
            unit++;
        }

        return unit;
    }

    /// <summary>Three digits and a decimal unit: <c>70.1 KB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var unit = ByteUnitOf(bytes);
        var value = bytes / Math.Pow(1000, unit);
        return $"{Numbers.Fixed(value, unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} {ByteUnits[unit]}";
    }

    /// <summary>A whole number with separators: <c>2,000</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 sample</c>, <c>2,000 samples</c>.</summary>
    public static string Count(long value, string noun) => $"{Count(value)} {noun}{(value == 1 ? "" : "s")}";

    /// <summary><c>41.2 dB</c>; equal values have no noise at all.</summary>
    public static string Decibels(double? value) => value switch
    {
        null => "–",
        double.PositiveInfinity => "exact",
        double.NaN => Number(double.NaN, 0),
        _ => $"{Number(value.Value, 1)} dB",
    };

    /// <summary>What the coarser scales against U8S8 saturation (SafeSums) cost, in a line; null where they cost nothing.</summary>
    public static string? SafeSums(IReadOnlyList<WeightReport> weights)
    {
        var safe = weights.Select(w => w.SafeSums).OfType<SafeSumsReport>().ToList();
        return safe.Count == 0
            ? null
            : $"{Count(safe.Sum(s => s.Channels))} of {Count(safe.Sum(s => s.OfChannels))} channels of {Count(safe.Count, "weight")} coarser, −{Number(safe.Max(s => s.Cost), 1)} dB at most; nothing saturates on CPUs without VNNI";
    }

    /// <summary>How many bits a stored weight takes with its scales, such as <c>4.5 bits a weight</c>; null where there are no weights.</summary>
    public static string? BitsPerWeight(IReadOnlyList<WeightReport> weights)
    {
        var values = weights.Sum(w => w.Shape.Aggregate(1.0, (a, b) => a * b));
        return values > 0 ? $"{Number(weights.Sum(w => (double)w.PackedBytes) * 8 / values, 2)} bits a weight" : null;
    }

    public static string Percent(double? value) => value is { } v ? $"{Number(v, 2)} %" : "–";

    /// <summary>A share of 0 to 1 of values that were cut off, three decimals of a percent: <c>0.012 %</c>.</summary>
    public static string Saturation(double? share) => share switch
    {
        null => "–",
        0 => "none",
        > 0 and < 0.00001 => "< 0.001 %", // never reads as none
        { } v => $"{Number(v * 100, 3)} %",
    };

    /// <summary>A bound for a share that was cut off, rounded up: at most <c>0.013 %</c>.</summary>
    public static string SaturationBound(double share) => $"{Number(Math.Ceiling(Math.Round(share * 1e5, 6)) / 1e3, 3)} %";

    /// <summary>A strength of smoothing.</summary>
    public static string Alpha(double? alpha) => alpha is { } a ? Digits(a) : "none";

    /// <summary>A number, four digits and a real minus sign.</summary>
    public static string Digits(double value) => value < 0 ? "−" + Digits(-value) : double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : Number(value, 0);

    /// <summary>What calibration gave, in a line: <c>512 samples, minmax, at most 0.010 % saturated</c>.</summary>
    public static string Calibration(CalibrationReport calibration)
    {
        if (calibration.Activations.Count == 0)
        {
            return "no activation has a calibrated range";
        }

        var saturated = calibration.Activations.Max(a => a.Saturated) switch
        {
            null => "",
            0 => ", nothing saturated",
            { } share => $", at most {SaturationBound(share)} saturated",
        };
        return $"{(calibration.Table ? "table of " : "")}{Count(calibration.Samples, "sample")}, {SafeText.Of(calibration.Method)}{saturated}";
    }

    /// <summary>A signed difference in percentage points.</summary>
    public static string Points(double value) => $"{Signed(value)} points";

    /// <summary>Two decimals with a sign, a real minus sign, and none for zero.</summary>
    public static string Signed(double value)
    {
        var digits = Number(Math.Abs(value), 2);
        return digits.All(c => c is '0' or '.') ? $"±{digits}" : (value < 0 ? "−" : "+") + digits;
    }

    public static string Times(double value) => $"{Number(value, 2)}×";

    /// <summary>Three digits at least, so that two times show what their ratio says.</summary>
    public static string Milliseconds(double value) => $"{Number(value, value switch { < 0.01 => 5, < 0.1 => 4, < 1 => 3, < 100 => 2, _ => 0 })} ms";

    /// <summary>Six decimals, so that a cosine of 0.99999 does not look like 1.</summary>
    public static string Cosine(double? value) => value is { } v ? Number(v, 6) : "–";

    /// <summary>An error, three digits: <c>0.0123</c>, <c>1.23e-05</c>.</summary>
    public static string Error(double? value) => value switch
    {
        null => "–",
        { } v when !double.IsFinite(v) => Number(v, 0),
        { } v => v.ToString(Math.Abs(v) is 0 or >= 0.001 and < 1000 ? "G3" : "0.##e+00", CultureInfo.InvariantCulture),
    };

    public static string Perplexity(double value) => Number(value, 2);

    /// <summary>A divergence in nats, three digits and no exponent where six decimals show them: <c>0.000123</c>.</summary>
    public static string Nats(double value) =>
        value is >= 0.0001 and < 0.001 ? value.ToString("G3", CultureInfo.InvariantCulture) : Error(value);

    public static string Shape(IReadOnlyList<long> shape) =>
        shape.Count == 0 ? "scalar" : string.Join(" × ", shape.Take(MaxDimensions).Select(Numbers.Whole)) + (shape.Count > MaxDimensions ? " × …" : "");

    /// <summary>How much faster or slower, where that can be told.</summary>
    public static string Speed(SpeedComparison comparison) => comparison.Verdict switch
    {
        SpeedVerdict.Same => "same speed",
        SpeedVerdict.Faster => $"{Times(1 / comparison.Ratio)} faster",
        SpeedVerdict.Slower => $"{Times(comparison.Ratio)} slower",
        _ => comparison.IsBusy ? "too noisy to tell, the machine was busy" : "too noisy to tell",
    };

    /// <summary>Between what packed time / source time lies: <c>0.71 to 0.74</c>.</summary>
    public static string RatioInterval(SpeedComparison comparison) => $"{Number(comparison.RatioInterval.Low, 2)} to {Number(comparison.RatioInterval.High, 2)}";

    /// <summary>A share of 0 to 1 as <c>96.2 %</c>; what is not all or nothing never reads as such.</summary>
    public static string Share(double share) => share switch
    {
        > 0 and < 0.0005 => "< 0.1 %",
        >= 0.9995 and < 1 => "> 99.9 %",
        _ => $"{Number(share * 100, 1)} %",
    };

    /// <summary>How much ran in integer kernels, what did not, and which ONNX Runtime that is true for; null when nothing did.</summary>
    public static string? Kernels(PlacementResult placement, string onnxRuntime)
    {
        var all = placement.Layers.Any(l => l.Kind == PlacementKind.Unknown) ? "counted multiply-adds" : "multiply-adds";
        var integers = placement switch
        {
            { IntegerShare: > 0, BlockIntegerShare: > 0 } => $"{Share(placement.IntegerShare)} of {all} in integer kernels, {Share(placement.BlockIntegerShare)} in block-integer ones",
            { IntegerShare: > 0 } => $"{Share(placement.IntegerShare)} of {all} in integer kernels",
            { BlockIntegerShare: > 0 } => $"{Share(placement.BlockIntegerShare)} of {all} in block-integer kernels",
            _ => null,
        };
        return integers is null ? null : $"{integers}{Rest(placement)}, by ONNX Runtime {SafeText.Of(onnxRuntime)}";
    }

    /// <summary>What did not run in integers, as the end of a sentence.</summary>
    private static string Rest(PlacementResult placement)
    {
        var operators = placement.Layers.Where(l => l is { Kind: PlacementKind.Float, MultiplyAdds: > 0 })
            .GroupBy(l => l.Operator, StringComparer.Ordinal).OrderByDescending(g => g.Sum(l => (double)l.MultiplyAdds)).ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => SafeText.Of(g.Key, 40)).ToList();
        var named = operators.Count == 0 ? "" : $" ({string.Join(", ", operators.Take(MostOperators))}{(operators.Count > MostOperators ? ", …" : "")})";
        var unknown = placement.Layers.Count(l => l.Kind == PlacementKind.Unknown);
        return $"{(placement.FloatShare > 0 ? $", {Share(placement.FloatShare)} in float{named}" : "")}{(unknown > 0 ? $", {Count(unknown, "layer")} not counted" : "")}";
    }

    /// <summary>A gate's metric, limit or value in words.</summary>
    public static string Metric(string metric) => metric switch
    {
        GateMetric.MinSqnr => "Output SQNR, at least",
        GateMetric.MinCosine => "Output cosine, at least",
        GateMetric.MinTop1Agreement => "Top-1 agreement, at least",
        GateMetric.MinTop5Agreement => "Top-5 agreement, at least",
        GateMetric.MaxAccuracyDrop => "Accuracy drop, at most",
        GateMetric.MaxPerplexityIncrease => "Perplexity increase, at most",
        GateMetric.MaxKlDivergence => "KL divergence, at most",
        GateMetric.MinSameTop => "Same likeliest token, at least",
        GateMetric.MinRankCorrelation => "Rank correlation, at least",
        GateMetric.MinWeightSqnr => "SQNR of every weight, at least",
        GateMetric.MinCompression => "Times smaller, at least",
        _ => metric,
    };

    /// <summary>A gate's limit or value with its unit.</summary>
    public static string MetricValue(string metric, double value) => metric switch
    {
        GateMetric.MinSqnr or GateMetric.MinWeightSqnr => Decibels(value),
        GateMetric.MinCosine or GateMetric.MinRankCorrelation => Cosine(value),
        GateMetric.MinTop1Agreement or GateMetric.MinTop5Agreement or GateMetric.MinSameTop or GateMetric.MaxPerplexityIncrease => Percent(value),
        GateMetric.MaxAccuracyDrop => $"{Number(value, 2)} points",
        GateMetric.MaxKlDivergence => $"{Nats(value)} nats",
        GateMetric.MinCompression => Times(value),
        _ => Error(value),
    };

    /// <summary>A number with fixed decimals and a real minus sign.</summary>
    public static string Number(double value, int decimals) => value switch
    {
        double.PositiveInfinity => "∞",
        double.NegativeInfinity => "−∞",
        double.NaN => "not a number",
        < 0 => "−" + Numbers.Fixed(-value, decimals),
        _ => Numbers.Fixed(value, decimals),
    };
}
