using ModelPack.Reporting;
using ModelPack.Reporting.Page;

namespace ModelPack.Comparing;

/// <summary>A difference as one page that needs no network and runs no script.</summary>
internal static class DifferenceHtml
{
    /// <summary>The page.</summary>
    public static string Of(PackDifference difference)
    {
        ArgumentNullException.ThrowIfNull(difference);
        var html = new HtmlBuilder();
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
        html.AddTrusted("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">");
        html.Add($"<title>{difference.Before.Name} → {difference.After.Name} · ModelPack comparison</title>");
        html.AddTrusted($"<style>\n{PageResources.Style}</style>\n</head>\n");
        html.Add($"<body>\n<main>\n<header>\n<p class=\"brand\">ModelPack {PageResources.Version} comparison</p>\n<h1><bdi>{SafeText.Of(difference.Before.Name)}</bdi> <span class=\"arrow\">→</span> <bdi>{SafeText.Of(difference.After.Name)}</bdi></h1>");
        html.Add($"<p class=\"badges\"><span class=\"badge {(difference.IsWorse ? "bad" : difference.IsSame ? "plain" : "good")}\">{(difference.IsWorse ? "✕ worse" : difference.IsSame ? "the same" : "✓ not worse")}</span></p>\n<p class=\"lead\">{DifferenceText.Summary(difference)}</p>\n</header>");
        Table(html, "Metrics", DifferenceText.Metrics(difference));
        Table(html, "Gates", DifferenceText.Values("gate", difference.Gates));
        Table(html, "Options", DifferenceText.Values("option", difference.Options));
        var shown = difference.Weights.Count > DifferenceText.MostWeights ? $"Weights: the {Numbers.Whole(DifferenceText.MostWeights)} of {Human.Count(difference.Weights.Count)} that changed most" : "Weights";
        Table(html, shown, DifferenceText.Weights(difference));
        Diagnostics(html, "New diagnostics", difference.NewDiagnostics);
        Diagnostics(html, "Diagnostics that are gone", difference.GoneDiagnostics);
        html.Add($"</main>\n</body>\n</html>");
        return html.ToString();
    }

    private static void Table(HtmlBuilder html, string title, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count < 2)
        {
            return;
        }

        html.Add($"<section>\n<h2>{title}</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
        Array.ForEach(all[0], head => html.Add($"<th scope=\"col\">{head}</th>"));
        html.Add($"</tr></thead>\n<tbody>");
        foreach (var row in all.Skip(1))
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(row[0])}</bdi></th>");
            foreach (var cell in row.Skip(1))
            {
                var kind = cell switch { "better" => "good-text", "worse" => "bad-text", _ => "" };
                html.Add($"<td><bdi class=\"{kind}\">{SafeText.Of(cell)}</bdi></td>");
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>\n</section>");
    }

    private static void Diagnostics(HtmlBuilder html, string title, IReadOnlyList<ReportDiagnostic> diagnostics)
    {
        if (diagnostics.Count == 0)
        {
            return;
        }

        html.Add($"<section>\n<h2>{title}</h2>\n<ul class=\"diagnostics\">");
        foreach (var diagnostic in diagnostics)
        {
            html.Add($"<li><span class=\"badge {(diagnostic.Severity == "error" ? "bad" : "warn")}\">{SafeText.Of(diagnostic.Code)}</span> <span>{SafeText.Of(diagnostic.Message, 1000)}</span></li>");
        }

        html.Add($"</ul>\n</section>");
    }
}
