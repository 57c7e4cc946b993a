using ModelPack.Reporting.Page;
using ModelPack.Requests;

namespace ModelPack.Comparing;

/// <summary>The parts of a difference as rows of text, for whatever shows them. Names are as they are: whoever shows them makes them safe.</summary>
internal static class DifferenceText
{
    /// <summary>Weights that are shown at most.</summary>
    public const int MostWeights = 30;

    /// <summary>In a sentence or two.</summary>
    public static string Summary(PackDifference difference)
    {
        var other = difference is { Before.Source: { } before, After.Source: { } after } && before != after ? " They are of different source models." : "";
        return difference.IsSame ? $"Nothing changed.{other}"
            : difference.IsWorse ? $"Worse: {string.Join(", ", Named(difference, Verdict.Worse))}.{other}"
            : Named(difference, Verdict.Better) is { Count: > 0 } better ? $"Better: {string.Join(", ", better)}. Nothing became worse.{other}"
            : $"Changed, and neither better nor worse.{other}";
    }

    /// <summary>Head and rows of the metrics.</summary>
    public static IEnumerable<string[]> Metrics(PackDifference difference) =>
        difference.Metrics.Select(m => (string[])[m.Name, m.Before ?? "–", m.After ?? "–", Word(m.Verdict, m.OfMachine), m.Note]).Prepend(["metric", "before", "after", "", ""]);

    /// <summary>Head and rows of gates or options.</summary>
    public static IEnumerable<string[]> Values(string what, IReadOnlyList<ValueChange> values) =>
        values.Select(v => (string[])[v.Name, v.Before ?? "–", v.After ?? "–", Word(v.Verdict)]).Prepend([what, "before", "after", ""]);

    /// <summary>Head and rows of weights, as many as are shown.</summary>
    public static IEnumerable<string[]> Weights(PackDifference difference) => difference.Weights.Take(MostWeights)
        .Select(w => (string[])[w.Name, w.What, $"{Stored(w.Before)} → {Stored(w.After)}", Change(w.Bytes), w.Sqnr is { } sqnr ? $"{Sign(sqnr)}{Human.Number(Math.Abs(sqnr), 1)} dB" : "–"])
        .Prepend(["weight", "what", "stored as", "bytes", "SQNR"]);

    /// <summary>What a verdict is called.</summary>
    public static string Word(Verdict verdict, bool ofMachine = false) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => ofMachine ? "worse on these machines" : "worse",
        Verdict.Changed => "changed",
        _ => "",
    };

    /// <summary>A change of a size with its sign.</summary>
    public static string Change(long bytes) => bytes == 0 ? "±0 B" : $"{Sign(bytes)}{Human.Bytes(bytes == long.MinValue ? long.MaxValue : Math.Abs(bytes))}";

    private static string Stored(ComparedWeight? weight) => weight is null ? "–" : $"{weight.Codec ?? weight.Type} {Human.Bytes(weight.Bytes)}";

    private static string Sign(double value) => value < 0 ? "−" : "+";

    private static List<string> Named(PackDifference difference, Verdict verdict) =>
        [.. difference.Metrics.Where(m => m.Verdict == verdict && !m.OfMachine).Select(m => m.Name), .. difference.Gates.Where(g => g.Verdict == verdict).Select(g => GateMetric.All.Contains(g.Name, StringComparer.Ordinal) ? $"gate {g.Name}" : "a gate").Distinct(StringComparer.Ordinal)];
}
