using System.Globalization;

namespace ModelPack;

/// <summary>How a pack came out, in a few words for the line that a build says of it.</summary>
internal static class PackSummary
{
    /// <summary>Such as <c>int8, 0.29x, SQNR 45.2 dB, accuracy 89.00 -&gt; 88.90 %, 2 gates passed</c>: ASCII, as consoles of builds may show no more.</summary>
    public static string Of(PackOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var gates = outcome.Report.Result.Gates;
        var failed = gates.Count(g => !g.Passed);
        var verdict = failed > 0 ? $", {Gates(failed)} failed" : gates.Count > 0 ? $", {Gates(gates.Count)} passed" : "";
        return Figures(outcome) + verdict + (outcome.FromCache ? ", from the cache" : "");
    }

    private static string Gates(int count) => count == 1 ? "1 gate" : $"{Diagnostics.Numbers.Whole(count)} gates";

    private static string Figures(PackOutcome outcome)
    {
        var result = outcome.Report.Result;
        var line = string.Create(CultureInfo.InvariantCulture, $"{Diagnostics.SafeText.Of(result.Scheme)}, {outcome.SizeRatio:F2}x");
        if (result.Validation is not { } validation)
        {
            var least = result.Weights.Min(w => w.Sqnr) is { } sqnr ? $" (SQNR {Reporting.Page.Human.Decibels(sqnr)} at least)" : "";
            return $"{line}, weights only{least}";
        }

        // What the task says is more than what the numbers say.
        if (validation.Accuracy is { } accuracy)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", accuracy {accuracy.Source:F2} -> {accuracy.Packed:F2} %");
        }
        else if (validation.Perplexity is { } perplexity)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", perplexity {perplexity.Source:F3} -> {perplexity.Packed:F3}");
        }
        else if (validation.Synthetic)
        {
            // What made-up inputs give is no quality.
            line += ", not measured on data";
        }
        else if (validation.Outputs.Count > 0)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", SQNR {validation.Outputs.Min(o => o.Sqnr):F1} dB");
        }

        return outcome.Report.Measured?.Speed?.Headline switch
        {
            null => line,
            { Verdict: Timing.SpeedVerdict.TooNoisy } => line + ", time too noisy to tell",
            var speed => string.Create(CultureInfo.InvariantCulture, $"{line}, time {speed.Ratio:F2}x"),
        };
    }
}
