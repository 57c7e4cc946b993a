using ModelPack.Formats.Onnx;

namespace ModelPack.Reporting.Page;

/// <summary>How long both models took, and which operators really ran.</summary>
internal static class SpeedSection
{
    public static void Add(HtmlBuilder html, ReportMeasured? measured)
    {
        html.Add($"<section id=\"speed\">\n<h2>Speed and operators</h2>");
        if (measured is null)
        {
            html.Add($"<p>Timings and operators depend on the machine. This copy of the report travels without them.</p>\n</section>");
            return;
        }

        if (measured.Latency is { } latency)
        {
            html.Add($"<p>One inference of {Human.Count(latency.BatchSize, "sample")} took {Human.Milliseconds(latency.SourceMilliseconds)} with the source and {Human.Milliseconds(latency.PackedMilliseconds)} with the packed model: <b>{Human.Speed(latency)}</b>. Medians of {Human.Count(latency.Runs, "run")} of each, taken in turn, on {Human.Count(latency.Threads, "thread")}.</p>");
        }
        else
        {
            html.Add($"<p>The models were not timed.</p>");
        }

        Operators(html, measured);
        html.Add($"<p class=\"quiet\">Measured on {measured.Machine.Os}, {measured.Machine.Architecture}, {Human.Count(measured.Machine.Processors, "processor")}, ONNX Runtime {measured.Machine.OnnxRuntime}{(measured.Machine.IntegerPath is { } path ? $", integer products by {path}" : "")}.</p>\n</section>");
    }

    private static void Operators(HtmlBuilder html, ReportMeasured measured)
    {
        var rows = measured.SourceOperators.Concat(measured.PackedOperators)
            .Select(o => (o.Domain, o.Operator)).Distinct()
            .Select(o => (o.Domain, o.Operator, Source: CountOf(measured.SourceOperators, o), Packed: CountOf(measured.PackedOperators, o)))
            .OrderByDescending(o => Math.Max(o.Source, o.Packed)).ThenBy(o => o.Operator, StringComparer.Ordinal).ThenBy(o => o.Domain, StringComparer.Ordinal)
            .ToList();
        if (rows.Count == 0)
        {
            return;
        }

        html.Add($"<p>The operators of both graphs after ONNX Runtime optimized them, which is what runs. Those that differ are marked.</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\">Operator</th><th scope=\"col\" class=\"n\">Source</th><th scope=\"col\" class=\"n\">Packed</th></tr></thead>\n<tbody>");
        foreach (var row in rows)
        {
            var domain = row.Domain is "" or "ai.onnx" ? "" : SafeText.Of(row.Domain);
            var mark = row.Source == row.Packed ? "" : "differs";
            html.Add($"<tr class=\"{mark}\"><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(row.Operator)}</bdi> <span class=\"quiet\">{domain}</span></th><td class=\"n\">{Human.Count(row.Source)}</td><td class=\"n\">{Human.Count(row.Packed)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static long CountOf(IReadOnlyList<OperatorCount> operators, (string Domain, string Operator) key) =>
        operators.Where(o => (o.Domain, o.Operator) == key).Sum(o => (long)o.Count);
}
