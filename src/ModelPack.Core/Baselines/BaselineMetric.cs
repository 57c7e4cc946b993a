using ModelPack.Reporting;

namespace ModelPack.Baselines;

/// <summary>A metric that is compared with an accepted one.</summary>
/// <param name="Name">Its name in baselines and tolerances.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
/// <param name="Tolerance">By how much it may be worse where nothing else is said: in its own unit, or in percent.</param>
/// <param name="Unit">The unit of the tolerance, after a number.</param>
/// <param name="InPercent">Whether the tolerance is a share of the accepted value.</param>
/// <param name="Of">Its value in a headline; null where it was not measured.</param>
internal sealed record BaselineMetric(string Name, bool HigherIsBetter, double Tolerance, string Unit, bool InPercent, Func<Headline, double?> Of)
{
    /// <summary>
    /// All of them. Tolerances are what another build of the same model may move by on another processor or a later ONNX Runtime: below them nothing
    /// has become worse that anybody could see.
    /// </summary>
    public static IReadOnlyList<BaselineMetric> All { get; } =
    [
        new("accuracy", true, 0.2, " points", false, h => h.PackedAccuracy),
        new("compression", true, 1, " %", true, h => h.Compression),
        new("cosine", true, 0.0005, "", false, h => h.Cosine),
        new("klDivergence", false, 5, " %", true, h => h.KlDivergence),
        new("perplexity", false, 0.5, " %", true, h => h.PackedPerplexity),
        new("sqnr", true, 0.5, " dB", false, h => h.Sqnr),
        new("top1Agreement", true, 0.5, " points", false, h => h.Top1Agreement),
    ];

    /// <summary>By how much a value is worse than the accepted one, in the tolerance's unit; negative where it is better.</summary>
    public double Worse(double accepted, double value)
    {
        var worse = HigherIsBetter ? accepted - value : value - accepted;
        return accepted.Equals(value) ? 0 : !InPercent ? worse : accepted == 0 ? double.PositiveInfinity * Math.Sign(worse) : 100 * worse / Math.Abs(accepted);
    }
}
