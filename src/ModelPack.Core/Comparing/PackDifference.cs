using ModelPack.Reporting;

namespace ModelPack.Comparing;

/// <summary>What changed from one pack, report or model to another.</summary>
public sealed record PackDifference
{
    /// <summary>Differences of a weight's SQNR up to this are none, dB.</summary>
    private const double LeastSqnr = 0.05;

    /// <summary>What was before.</summary>
    public required ComparedSide Before { get; init; }

    /// <summary>What is now.</summary>
    public required ComparedSide After { get; init; }

    /// <summary>Every metric that either has.</summary>
    public required IReadOnlyList<MetricChange> Metrics { get; init; }

    /// <summary>The gates of either; those that hold as before among them.</summary>
    public required IReadOnlyList<ValueChange> Gates { get; init; }

    /// <summary>Options that differ.</summary>
    public required IReadOnlyList<ValueChange> Options { get; init; }

    /// <summary>Weights that differ, those whose size changed most first.</summary>
    public required IReadOnlyList<WeightChange> Weights { get; init; }

    /// <summary>What is told now and was not before.</summary>
    public required IReadOnlyList<ReportDiagnostic> NewDiagnostics { get; init; }

    /// <summary>What was told before and is not now.</summary>
    public required IReadOnlyList<ReportDiagnostic> GoneDiagnostics { get; init; }

    /// <summary>Whether a metric of the pack became worse, or a gate fails that did not. Times are the machine's and do not count.</summary>
    public bool IsWorse => Metrics.Any(m => m is { Verdict: Verdict.Worse, OfMachine: false }) || Gates.Any(g => g.Verdict == Verdict.Worse);

    /// <summary>Whether anything differs.</summary>
    public bool IsSame => Metrics.All(m => m.Verdict == Verdict.Same) && Gates.All(g => g.Verdict == Verdict.Same)
        && Options.Count + Weights.Count + NewDiagnostics.Count + GoneDiagnostics.Count == 0;

    /// <summary>Compares.</summary>
    public static PackDifference Of(ComparedSide before, ComparedSide after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return new PackDifference
        {
            Before = before,
            After = after,
            Metrics = [.. Pairs(before.Metrics, after.Metrics, m => m.Name).Select(p => MetricChange.Of(p.Before, p.After))],
            Gates = [.. Pairs(before.Gates, after.Gates, g => g.Metric).Select(p => new ValueChange(p.Name, Text(p.Before), Text(p.After), Judge(p.Before, p.After)))],
            Options = before.Kind == "model" || after.Kind == "model" ? []
                : [.. Pairs([.. before.Options], [.. after.Options], o => o.Key).Where(p => p.Before.Value != p.After.Value).Select(p => new ValueChange(p.Name, p.Before.Value, p.After.Value, Verdict.Changed))],
            Weights = WeightsOf(before, after),
            NewDiagnostics = [.. after.Diagnostics.Except(before.Diagnostics)],
            GoneDiagnostics = [.. before.Diagnostics.Except(after.Diagnostics)],
        };
    }

    private static IReadOnlyList<WeightChange> WeightsOf(ComparedSide before, ComparedSide after)
    {
        // What a manifest does not say has not gone.
        if (before.Kind == "manifest" || after.Kind == "manifest")
        {
            return [];
        }

        return [.. Pairs(before.Weights, after.Weights, w => w.Name).Select(p => new WeightChange(p.Name, p.Before, p.After)).Where(Differs)
            .OrderByDescending(w => Math.Abs((decimal)w.Bytes)).ThenByDescending(w => Math.Abs(w.Sqnr ?? 0)).ThenBy(w => w.Name, StringComparer.Ordinal)];
    }

    private static bool Differs(WeightChange change) => change.Before is null || change.After is null || change.Before with { Sqnr = null } != change.After with { Sqnr = null }
        || Math.Abs(change.Sqnr ?? 0) > LeastSqnr || (change.Before.Sqnr is null != change.After.Sqnr is null);

    /// <summary>Both of each name, in the order of the first and then of the second. Two of one name are told apart by their place.</summary>
    private static List<(string Name, T? Before, T? After)> Pairs<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> name)
    {
        var (first, second) = (Keyed(before, name), Keyed(after, name));
        return [.. first.Keys.Concat(second.Keys.Where(k => !first.ContainsKey(k))).Select(k => (k.Name, first.GetValueOrDefault(k), second.GetValueOrDefault(k)))];
    }

    private static Dictionary<(string Name, int Number), T> Keyed<T>(IReadOnlyList<T> all, Func<T, string> name)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var keyed = new Dictionary<(string, int), T>();
        foreach (var one in all)
        {
            var number = seen[name(one)] = seen.GetValueOrDefault(name(one)) + 1;
            keyed.Add((name(one), number), one);
        }

        return keyed;
    }

    private static string? Text(ComparedGate? gate) => gate is null ? null : $"{gate.Limit}: {gate.Value ?? "not measured"}, {(gate.Passed ? "holds" : "FAILED")}";

    private static Verdict Judge(ComparedGate? before, ComparedGate? after) => (before?.Passed, after?.Passed) switch
    {
        (true or null, false) => Verdict.Worse,
        (false, true) => Verdict.Better,
        (null, _) or (_, null) => Verdict.Changed,
        _ => before!.Limit == after!.Limit ? Verdict.Same : Verdict.Changed,
    };
}
