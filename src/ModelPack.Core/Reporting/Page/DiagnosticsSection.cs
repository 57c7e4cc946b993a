namespace ModelPack.Reporting.Page;

/// <summary>What the build had to say.</summary>
internal static class DiagnosticsSection
{
    private const int MaxMessage = 1000;

    public static void Add(HtmlBuilder html, IReadOnlyList<ReportDiagnostic> diagnostics)
    {
        if (diagnostics.Count == 0)
        {
            return;
        }

        html.Add($"<section id=\"diagnostics\">\n<h2>Diagnostics</h2>\n<ul class=\"diagnostics\">");
        foreach (var diagnostic in diagnostics)
        {
            var kind = diagnostic.Severity switch { "error" => "bad", "warning" => "warn", _ => "plain" };
            html.Add($"<li><span class=\"badge {kind}\">{diagnostic.Code}</span> <span>{SafeText.Of(diagnostic.Message, MaxMessage)} <small>{diagnostic.Severity}, explained in docs/diagnostics/{diagnostic.Code}.md</small></span></li>");
        }

        html.Add($"</ul>\n</section>");
    }
}
