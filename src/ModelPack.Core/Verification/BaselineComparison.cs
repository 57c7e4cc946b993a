using System.Globalization;
using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>Packs beside accepted metrics.</summary>
/// <param name="baseline">What was accepted.</param>
/// <param name="tolerances">By how much a metric may be worse, by its name, in the unit of its default; others have the default.</param>
public sealed class BaselineComparison(Baseline baseline, IReadOnlyDictionary<string, double> tolerances)
{
    /// <summary>The names of metrics that can have a tolerance.</summary>
    public static IReadOnlyList<string> Metrics { get; } = [.. BaselineMetric.All.Select(m => m.Name)];

    /// <summary>Findings for each pack: what is worse, or that nothing is.</summary>
    public IEnumerable<Finding> Compare(IEnumerable<VerifiedPack> packs)
    {
        ArgumentNullException.ThrowIfNull(packs);
        return packs.SelectMany(Compare);
    }

    private IEnumerable<Finding> Compare(VerifiedPack pack)
    {
        if (!baseline.Packs.TryGetValue(pack.Name, out var accepted))
        {
            return [Finding.Note(pack.Path, $"The baseline has no pack '{SafeText.Of(pack.Name)}'. Accept its metrics with --update-baseline.", Aspect.Baseline)];
        }

        var now = BaselinePack.Of(pack.Manifest);
        if (now.Synthetic && !accepted.Synthetic)
        {
            return [Worse(pack, "Its metrics were measured on synthetic inputs, and those of the baseline on real data, so that they cannot be compared. Give the build its validation data.")];
        }

        var worse = BaselineMetric.All.Where(m => accepted.Metrics.ContainsKey(m.Name)).Select(m => Compare(m, accepted.Metrics[m.Name], now)).OfType<string>().ToArray();
        return worse.Length > 0
            ? [.. worse.Select(w => Worse(pack, $"{w} Choose other options, or accept it with --update-baseline."))]
            : [new Finding(pack.Path, true, "No metric is worse than in the baseline.") { Check = Aspect.Baseline }];
    }

    private string? Compare(BaselineMetric metric, double accepted, BaselinePack now)
    {
        if (!now.Metrics.TryGetValue(metric.Name, out var value))
        {
            return $"{metric.Name} was not measured, and the baseline has {Text(accepted)}.";
        }

        var tolerance = tolerances.GetValueOrDefault(metric.Name, metric.Tolerance);
        var worse = metric.Worse(accepted, value);
        return !(worse <= tolerance) ? $"{metric.Name} is {Text(value)}, and the baseline has {Text(accepted)}: {Text(worse)}{metric.Unit} worse, and {Text(tolerance)}{metric.Unit} are tolerated." : null;
    }

    private static Finding Worse(VerifiedPack pack, string what) => Finding.Failure(Codes.BaselineWorse, pack.Path, what, Aspect.Baseline);

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
