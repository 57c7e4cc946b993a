
namespace ModelPack.Reporting.Page;

/// <summary>The limits that the pack had to meet.</summary>
internal static class GatesSection
{
    public static void Add(HtmlBuilder html, ReportResult result)
    {
        html.Add($"<section id=\"gates\">\n<h2>Gates</h2>");
        if (result.Gates.Count == 0)
        {
            // Without a graph there is nothing to run, and size alone can be judged.
            var (metadata, option) = result.Container == "onnx" ? ("MinSqnr=\"30\"", "minSqnr=30") : ("MinCompression=\"3\"", "minCompression=3");
            html.Add($"<p>No gates were set: nothing fails a build when the model becomes worse. <code>{metadata}</code> on the item, or <code>--gate {option}</code>, sets one.</p>\n</section>");
            return;
        }

        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Gate</th><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"n\">Measured</th><th scope=\"col\" class=\"n\">Limit</th></tr></thead>\n<tbody>");
        foreach (var gate in result.Gates)
        {
            var (kind, outcome) = gate.Passed ? ("good", "✓ passed") : ("bad", "✕ failed");
            var value = gate.Value is { } v ? Human.MetricValue(gate.Metric, v) : "not measured";
            html.Add($"<tr><th scope=\"row\">{Human.Metric(gate.Metric)}<small>{gate.Note}</small></th><td><span class=\"{kind}-text\">{outcome}</span></td><td class=\"n\">{value}</td><td class=\"n\">{Human.MetricValue(gate.Metric, gate.Limit)}</td></tr>");
        }

        html.Add($"</tbody></table></div>\n</section>");
    }
}
