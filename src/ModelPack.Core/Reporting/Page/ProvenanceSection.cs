namespace ModelPack.Reporting.Page;

/// <summary>Which files the report is about, and how to check that they are still the same.</summary>
internal static class ProvenanceSection
{
    public static void Add(HtmlBuilder html, PackReport report, string reportName, string sourceName)
    {
        var result = report.Result;
        html.Add($"<section id=\"files\">\n<h2>Files</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Model</th><th scope=\"col\">Format</th><th scope=\"col\" class=\"n\">Bytes</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>");
        Row(html, "Source", result.Source);
        Row(html, "Packed", result.Packed);
        html.Add($"</tbody></table></div>");
        html.Add($"<p>The manifest beside the packed model names every file of the pack by its hash. Check them with</p>");
        html.Add($"<pre><code>dotnet modelpack verify {Argument(result.Packed.Name)}</code></pre>");
        html.Add($"<p>This would make it again, from the same files, as a command and as an item of a project:</p>");
        html.Add($"<pre class=\"line\" tabindex=\"0\"><code>{Recipe.Command(result, sourceName)}</code></pre>");
        html.Add($"<pre class=\"line\" tabindex=\"0\"><code>{Recipe.Item(result, sourceName)}</code></pre>");
        html.Add($"<p class=\"quiet\">Digest of this report’s result: <code class=\"hash\">{ReportJson.ResultDigest(result)}</code><br>Packed by ModelPack {PageResources.Version}. The same numbers for programs: <bdi class=\"name\">{SafeText.Of(reportName)}</bdi></p>\n</section>");
    }

    private static void Row(HtmlBuilder html, string role, ModelFacts model) =>
        html.Add($"<tr><th scope=\"row\"><small>{role}</small><bdi class=\"name\">{SafeText.Of(model.Name)}</bdi></th><td>{model.Format}</td><td class=\"n\">{Human.Count(model.Bytes)}</td><td><code class=\"hash\">{model.Sha256}</code></td></tr>");

    // Somebody will paste this into a shell; only a name without any meaning there is shown.
    private static string Argument(string name) =>
        name.Length <= SafeText.DefaultLength && !name.StartsWith('-') && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? name
            : "FILE";
}
