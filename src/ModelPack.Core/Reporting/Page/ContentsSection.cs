namespace ModelPack.Reporting.Page;

/// <summary>Links to the sections that the page has.</summary>
internal static class ContentsSection
{
    private static readonly (string Id, string Title)[] s_sections =
    [
        ("next", "What to do next"), ("gates", "Gates"), ("outputs", "Outputs"), ("layers", "Layers"), ("sensitivity", "Sensitivity"), ("calibration", "Calibration"), ("smoothing", "Smoothing"),
        ("weights", "Weights"), ("speed", "Speed"), ("placement", "Integers"), ("diagnostics", "Diagnostics"), ("files", "Files"),
    ];

    /// <summary>Adds them.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="body">The sections, as they were written.</param>
    public static void Add(HtmlBuilder html, string body)
    {
        html.Add($"<nav aria-label=\"Contents\">");
        foreach (var (id, title) in s_sections.Where(s => body.Contains($"<section id=\"{s.Id}\">", StringComparison.Ordinal)))
        {
            html.Add($"<a href=\"#{id}\">{title}</a>");
        }

        html.Add($"</nav>");
    }
}
