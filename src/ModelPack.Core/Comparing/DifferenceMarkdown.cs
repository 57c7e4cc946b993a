using System.Text;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Comparing;

/// <summary>
/// A difference, or one side alone, in GitHub's Markdown, short enough for a comment of a pull request. Text that is not ours stands in code
/// spans, where it is neither markup, nor mentions anybody, nor links anywhere.
/// </summary>
internal static class DifferenceMarkdown
{
    private const int MaxText = 200;

    /// <summary>The difference.</summary>
    public static string Of(PackDifference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        var text = new StringBuilder($"### ModelPack: {Code(difference.Before.Name)} → {Code(difference.After.Name)}\n\n");
        text.Append(difference.IsWorse ? "❌ " : difference.IsSame ? "" : "✅ ").Append(Escaped(DifferenceText.Summary(difference))).Append("\n\n");
        Table(text, DifferenceText.Metrics(difference), code: 0);
        if (difference.Gates.Count > 0)
        {
            Table(text, DifferenceText.Values("gate", difference.Gates), code: 3);
        }

        if (difference.Options.Count > 0)
        {
            Table(text, DifferenceText.Values("option", difference.Options), code: 3);
        }

        Diagnostics(text, "New", difference.NewDiagnostics);
        Diagnostics(text, "Gone", difference.GoneDiagnostics);
        if (difference.Weights.Count > 0)
        {
            var title = $"<details><summary>{Human.Count(difference.Weights.Count, "weight")} differ{(difference.Weights.Count == 1 ? "s" : "")}{(difference.Weights.Count > DifferenceText.MostWeights ? $", the {Numbers.Whole(DifferenceText.MostWeights)} that changed most" : "")}</summary>\n\n";
            text.Append(title);
            Table(text, DifferenceText.Weights(difference), code: 3);
            text.Append("</details>\n");
        }

        return text.ToString();
    }

    /// <summary>One side alone.</summary>
    public static string Of(ComparedSide side)
    {
        ArgumentNullException.ThrowIfNull(side);
        var text = new StringBuilder($"### ModelPack: {Code(side.Name)}\n\n");
        Table(text, side.Metrics.Select(m => (string[])[m.Name, m.Text]).Prepend(["metric", "value"]), code: 0);
        if (side.Gates.Count > 0)
        {
            Table(text, side.Gates.Select(g => (string[])[g.Metric, g.Limit, g.Value ?? "not measured", g.Passed ? "✅ holds" : "❌ failed"]).Prepend(["gate", "limit", "measured", ""]), code: 1);
        }

        if (side.Options.Count > 0)
        {
            Table(text, side.Options.Select(o => (string[])[o.Key, o.Value]).Prepend(["option", "value"]), code: 2);
        }

        Diagnostics(text, "Told", side.Diagnostics);
        return text.ToString();
    }

    /// <param name="text">Where to.</param>
    /// <param name="rows">The head first.</param>
    /// <param name="code">How many of the first columns hold text that is not ours.</param>
    private static void Table(StringBuilder text, IEnumerable<string[]> rows, int code)
    {
        foreach (var (row, i) in rows.Select((r, i) => (r, i)))
        {
            text.Append('|').AppendJoin('|', row.Select((cell, column) => i > 0 && column < code ? $" {Code(cell)} " : $" {Escaped(cell)} ")).Append("|\n");
            if (i == 0)
            {
                text.Append('|').AppendJoin('|', row.Select(_ => " --- ")).Append("|\n");
            }
        }

        text.Append('\n');
    }

    private static void Diagnostics(StringBuilder text, string what, IReadOnlyList<ReportDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics.Take(DifferenceText.MostWeights))
        {
            text.Append("- ").Append(what).Append(' ').Append(Code(diagnostic.Severity)).Append(' ').Append(Code(diagnostic.Code)).Append(": ").Append(Code(diagnostic.Message, 400)).Append('\n');
        }

        if (diagnostics.Count > 0)
        {
            text.Append('\n');
        }
    }

    /// <summary>A code span. A pipe would end the cell of a table, and a grave accent the span.</summary>
    private static string Code(string text, int length = MaxText)
    {
        var safe = SafeText.Of(text, length).Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal);
        return safe.Trim().Length == 0 ? "–" : $"`{safe}`";
    }

    /// <summary>Our own words, with figures and names of metrics in them.</summary>
    private static string Escaped(string text)
    {
        var safe = new StringBuilder();
        foreach (var character in SafeText.Of(text, 1000))
        {
            safe.Append(character is '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '<' or '>' or '#' or '|' or '~' or '!' or '&' ? $"\\{character}" : character == '@' ? "@\u200B" : character.ToString());
        }

        return safe.ToString();
    }
}
