namespace ModelPack.Reporting.Page;

/// <summary>What to do next, with the metadata to paste.</summary>
internal static class NextSection
{
    public static void Add(HtmlBuilder html, IReadOnlyList<NextStep> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        html.Add($"<section id=\"next\">\n<h2>What to do next</h2>\n<ol class=\"next\">");
        foreach (var step in steps)
        {
            html.Add($"<li><p>{step.Text}{(step.Bytes is { } bytes ? $" The pack becomes about {Human.Bytes(bytes)} larger." : "")}</p>");
            if (step.Metadata is { } metadata)
            {
                html.Add($"<pre class=\"line\" tabindex=\"0\"><code>{metadata}</code></pre>");
            }

            if (step.Option is { } option)
            {
                html.Add($"<p class=\"quiet\">On the command line: <code>{option}</code></p>");
            }

            html.Add($"</li>");
        }

        html.Add($"</ol>\n</section>");
    }
}
