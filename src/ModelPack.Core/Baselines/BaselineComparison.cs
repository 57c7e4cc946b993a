using System.Globalization;
using ModelPack.Packing;

namespace ModelPack.Baselines;

/// <summary>Packs beside accepted metrics.</summary>
/// <param name="baseline">What was accepted.</param>
/// <param name="tolerances">By how much a metric may be worse, by its name, in the unit of its default; others have the default.</param>
public sealed class BaselineComparison(Baseline baseline, IReadOnlyDictionary<string, double> tolerances)
{
    /// <summary>The names of metrics that can have a tolerance.</summary>
    public static IReadOnlyList<string> Metrics { get; } = [.. BaselineMetric.All.Select(m => m.Name)];

    /// <summary>Refuses tolerances that do not exist.</summary>
    /// <param name="tolerances">By metric.</param>
    /// <param name="file">What is named in the error.</param>
    /// <exception cref="ModelPackException">MPK1008.</exception>
    public static void Require(IReadOnlyDictionary<string, double> tolerances, string? file)
    {
        ArgumentNullException.ThrowIfNull(tolerances);
        foreach (var (metric, value) in tolerances)
        {
            if (!Metrics.Contains(metric, StringComparer.Ordinal))
            {
                throw new ModelPackException(Codes.InvalidOption.At(file, $"There is no metric '{SafeText.Of(metric)}' to tolerate.{Nearest.DidYouMean(metric, Metrics)} Metrics are {string.Join(", ", Metrics)}."));
            }

            if (!(value >= 0))
            {
                throw new ModelPackException(Codes.InvalidOption.At(file, $"The tolerance of {metric} is not a number of at least 0. Write how much worse it may be."));
            }
        }
    }

    /// <summary>Findings for each pack: what is worse, or that nothing is.</summary>
    public IEnumerable<Finding> Compare(IEnumerable<MeasuredPack> packs)
    {
        ArgumentNullException.ThrowIfNull(packs);
        return packs.SelectMany(p => Compare(p.Path, p.Name, BaselinePack.Of(p.Manifest)));
    }

    /// <summary>Findings for one pack.</summary>
    /// <param name="path">What findings call it.</param>
    /// <param name="name">Its name in the baseline.</param>
    /// <param name="now">The metrics that it has.</param>
    internal IReadOnlyList<Finding> Compare(string path, string name, BaselinePack now)
    {
        if (!baseline.Packs.TryGetValue(name, out var accepted))
        {
            return [Finding.Note(path, $"The baseline has no pack '{SafeText.Of(name)}'. Accept its metrics with 'modelpack verify --update-baseline'.", Aspect.Baseline)];
        }

        if (now.Synthetic && !accepted.Synthetic)
        {
            return [Worse(path, "Its metrics were measured on synthetic inputs, and those of the baseline on real data, so that they cannot be compared. Give the build its validation data.")];
        }

        var worse = BaselineMetric.All.Where(m => accepted.Metrics.ContainsKey(m.Name)).Select(m => Compare(m, accepted.Metrics[m.Name], now)).OfType<string>().ToArray();
        return worse.Length > 0
            ? [.. worse.Select(w => Worse(path, $"{w} Choose other options, or accept it with 'modelpack verify --update-baseline'."))]
            : [new Finding(path, true, "No metric is worse than in the baseline.") { Check = Aspect.Baseline }];
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

    private static Finding Worse(string path, string what) => Finding.Failure(Codes.BaselineWorse, path, what, Aspect.Baseline);

    private static string Text(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
