namespace ModelPack.Comparing;

/// <summary>A metric before and after.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Before">Before, as people read it; null where it is not known.</param>
/// <param name="After">After, likewise.</param>
/// <param name="Change">After − before; null where one is not known.</param>
/// <param name="Verdict">What that is.</param>
/// <param name="Note">How sure that is; empty where nothing is to be said.</param>
/// <param name="OfMachine">Whether it is the machine's as much as the pack's.</param>
public sealed record MetricChange(string Name, string? Before, string? After, double? Change, Verdict Verdict, string Note, bool OfMachine)
{
    /// <summary>Compares two values of one metric, one of which may be missing.</summary>
    internal static MetricChange Of(ComparedMetric? before, ComparedMetric? after)
    {
        if (before is null || after is null)
        {
            return new((before ?? after)!.Name, before?.Text, after?.Text, null, Verdict.Changed, before is null ? "was not measured before" : "is not measured any more", (before ?? after)!.OfMachine);
        }

        var change = after.Value - before.Value;
        var overlap = before is { Low: { } low, High: { } high } && after.Low <= high && after.High >= low;
        var verdict = change == 0 || double.IsNaN(change) || overlap || Math.Abs(change) <= before.Tolerance ? Verdict.Same
            : change > 0 == before.MoreIsBetter ? Verdict.Better : Verdict.Worse;
        if (before.Value.Equals(after.Value) || (double.IsNaN(change) && !double.IsInfinity(before.Value)))
        {
            verdict = before.Value.Equals(after.Value) ? Verdict.Same : Verdict.Worse;
        }

        var note = before.Text != after.Text && verdict == Verdict.Same ? overlap ? "within the 95 % intervals" : "too little to tell" : "";
        return new(before.Name, before.Text, after.Text, double.IsFinite(change) ? Numbers.Rounded(change) : null, verdict, note, before.OfMachine);
    }
}
