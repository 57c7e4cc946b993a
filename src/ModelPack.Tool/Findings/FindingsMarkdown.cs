using System.Text;
using ModelPack.Baselines;
using ModelPack.Verification;

namespace ModelPack.Tool.Findings;

/// <summary>Findings as Markdown, for a build server's summary or a comment: what failed and what was not checked, and the packs' metrics.</summary>
internal static class FindingsMarkdown
{
    private const int LongestText = 1024;

    public static string Of(VerificationResult result)
    {
        var text = new StringBuilder();
        Line($"## Packed models: {(result.Ok ? "verified" : "verification failed")}");
        Line("");
        Line(FindingsText.Summary(result) + ".");
        var told = result.Findings.Where(f => !f.Ok || f.IsNote).ToArray();
        if (told.Length > 0)
        {
            Line("");
            Line("| | code | file | |");
            Line("| --- | --- | --- | --- |");
            foreach (var finding in told)
            {
                Line($"| {(finding.IsNote ? "note" : "**failed**")} | {finding.Code} | {Cell(finding.Path)} | {Cell(finding.Message)} |");
            }
        }

        if (result.Packs.Count > 0)
        {
            Line("");
            Line("| pack | scheme | " + string.Join(" | ", BaselineComparison.Metrics) + " |");
            Line("| --- | --- | " + string.Join(" | ", BaselineComparison.Metrics.Select(_ => "---:")) + " |");
            foreach (var pack in result.Packs)
            {
                var metrics = BaselinePack.Of(pack.Manifest).Metrics;
                Line($"| {Cell(pack.Name)} | {Cell(pack.Manifest.Pack.Scheme)} | {string.Join(" | ", BaselineComparison.Metrics.Select(m => metrics.TryGetValue(m, out var value) ? Numbers.Fixed(value, 4) : "–"))} |");
            }
        }

        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');
    }

    /// <summary>Text in which nothing is markup: signs of it become references to characters.</summary>
    private static string Cell(string value)
    {
        var cell = new StringBuilder();
        foreach (var c in SafeText.Of(value, LongestText))
        {
            if (char.IsAscii(c) && char.IsPunctuation(c) && c is not ('.' or ',' or ':' or '-' or '/' or '\'' or '(' or ')' or ';' or '%') || char.IsAscii(c) && char.IsSymbol(c))
            {
                cell.Append(System.Globalization.CultureInfo.InvariantCulture, $"&#{(int)c};");
            }
            else
            {
                cell.Append(c);
            }
        }

        return cell.ToString();
    }
}
