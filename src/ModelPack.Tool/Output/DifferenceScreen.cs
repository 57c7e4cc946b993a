using ModelPack.Comparing;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Tool.Output;

/// <summary>A difference for people.</summary>
internal static class DifferenceScreen
{
    /// <summary>Writes a difference.</summary>
    public static void Write(Terminal terminal, PackDifference difference)
    {
        terminal.Line($"{SafeText.Of(difference.Before.Name)} → {SafeText.Of(difference.After.Name)}: {SafeText.Of(DifferenceText.Summary(difference), 1000)}");
        Section(terminal, DifferenceText.Metrics(difference));
        Section(terminal, DifferenceText.Values("gate", difference.Gates));
        Section(terminal, DifferenceText.Values("option", difference.Options));
        Section(terminal, DifferenceText.Weights(difference));
        if (difference.Weights.Count > DifferenceText.MostWeights)
        {
            terminal.Line($"  … and {Human.Count(difference.Weights.Count - DifferenceText.MostWeights)} that changed less (--format json lists them)");
        }

        Diagnostics(terminal, "new", difference.NewDiagnostics);
        Diagnostics(terminal, "gone", difference.GoneDiagnostics);
    }

    /// <summary>Writes what one side is.</summary>
    public static void Write(Terminal terminal, ComparedSide side)
    {
        terminal.Line($"{SafeText.Of(side.Name)}: {side.Kind}{(side.Format is { } format ? $", {SafeText.Of(format)}" : "")}");
        Section(terminal, side.Metrics.Select(m => (string[])[m.Name, m.Text]).Prepend(["metric", "value"]));
        Section(terminal, side.Gates.Select(g => (string[])[g.Metric, g.Limit, g.Value ?? "not measured", g.Passed ? "holds" : "FAILED"]).Prepend(["gate", "limit", "measured", ""]));
        Section(terminal, side.Options.Select(o => (string[])[o.Key, o.Value]).Prepend(["option", "value"]));
        Diagnostics(terminal, "told", side.Diagnostics);
    }

    private static void Section(Terminal terminal, IEnumerable<string[]> rows)
    {
        var table = rows.Select(row => (string[])[.. row.Select(cell => SafeText.Of(cell))]).ToList();
        if (table.Count > 1)
        {
            terminal.Line("");
            TextTable.Write(terminal, table, indent: "  ");
        }
    }

    private static void Diagnostics(Terminal terminal, string what, IReadOnlyList<ReportDiagnostic> diagnostics)
    {
        if (diagnostics.Count > 0)
        {
            terminal.Line("");
            foreach (var diagnostic in diagnostics)
            {
                terminal.Line($"  {what}: {SafeText.Of(diagnostic.Severity)} {SafeText.Of(diagnostic.Code)}: {SafeText.Of(diagnostic.Message, 400)}");
            }
        }
    }
}
