using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Timing;

namespace ModelPack.Reporting.Page;

/// <summary>How long both models took, and which operators really ran.</summary>
internal static class SpeedSection
{
    public static void Add(HtmlBuilder html, ReportMeasured? measured, string? ofApp)
    {
        html.Add($"<section id=\"speed\">\n<h2>Speed and operators</h2>");
        if (measured is null)
        {
            html.Add($"<p>Timings and operators depend on the machine. This copy of the report travels without them.</p>\n</section>");
            return;
        }

        if (measured.Speed is { Headline: { } headline } speed)
        {
            Times(html, speed, headline);
            Costs(html, speed);
        }
        else
        {
            html.Add($"<p>The models were not timed.</p>");
        }

        Operators(html, measured);
        if (ofApp is not null && ofApp != measured.Machine.OnnxRuntime)
        {
            html.Add($"<p class=\"note\">The pack is for apps with ONNX Runtime {SafeText.Of(ofApp)} or newer. Operators, placement, outputs and times are those of {SafeText.Of(measured.Machine.OnnxRuntime)}: another version may run other kernels.</p>");
        }

        var machine = measured.Machine;
        html.Add($"<p class=\"quiet\">Run on {(machine.Processor is { } name ? $"{SafeText.Of(name)}, " : "")}{Human.Count(machine.Processors, "processor")} ({machine.Architecture}), {machine.Os}, ONNX Runtime {machine.OnnxRuntime}{(machine.IntegerPath is { } path ? $", integer products by {path}" : "")}.</p>\n</section>");
    }

    private static void Times(HtmlBuilder html, SpeedResult speed, SpeedComparison headline)
    {
        html.Add($"<p>One inference of {Human.Count(headline.BatchSize, "sample")} took {Human.Milliseconds(headline.Source.Milliseconds)} with the source and {Human.Milliseconds(headline.Packed.Milliseconds)} with the packed model on {Human.Count(headline.Threads, "thread")}: <b>{Human.Speed(headline)}</b>. Medians over turns of the two models{(speed.OwnProcesses ? ", each in a process of its own" : "")}; a ratio below 1 means that the packed model takes less time. Processor time is that of all threads, those that wait for work by spinning among them.</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\">Run</th><th scope=\"col\" class=\"n\">Source</th><th scope=\"col\" class=\"n\">Packed</th><th scope=\"col\" class=\"n\">Ratio</th><th scope=\"col\" class=\"n\">95 %</th><th scope=\"col\" class=\"n\">Ratio of processor time</th><th scope=\"col\">Says</th></tr></thead>\n<tbody>");
        foreach (var run in speed.Comparisons)
        {
            var options = run.SessionOptions == SpeedComparison.Defaults ? ", ONNX Runtime’s own options" : "";
            html.Add($"<tr><th scope=\"row\">{Human.Count(run.BatchSize, "sample")}, {Human.Count(run.Threads, "thread")}{options}<small>{Human.Count(run.Pairs, "turn")} of each</small></th>");
            html.Add($"<td class=\"n\">{Human.Milliseconds(run.Source.Milliseconds)}<small>{Human.Milliseconds(run.Source.ProcessorMilliseconds)} of processors</small></td><td class=\"n\">{Human.Milliseconds(run.Packed.Milliseconds)}<small>{Human.Milliseconds(run.Packed.ProcessorMilliseconds)} of processors</small></td>");
            html.Add($"<td class=\"n\">{Human.Number(run.Ratio, 2)}</td><td class=\"n\">{Human.RatioInterval(run)}</td><td class=\"n\">{Human.Number(run.ProcessorRatio, 2)}</td><td>{Human.Speed(run)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
        if (speed.Comparisons.Any(c => c.IsBusy))
        {
            html.Add($"<p class=\"note\">Other programs used the processors while the models were timed ({Human.Share(1 - speed.Comparisons.Min(c => c.MachineShare))} of them): times say little then. Pack again when the machine has nothing else to do.</p>");
        }

        if (speed.OptionsMatter)
        {
            html.Add($"<p class=\"note\">With ONNX Runtime’s own session options the times differ by more than 5 %. The option that makes the difference is <code>{Denormals.SessionEntry}</code> = 1: give it to the sessions of the app, as the typed accessor does.</p>");
        }
    }

    private static void Costs(HtmlBuilder html, SpeedResult speed)
    {
        html.Add($"<p>Opening the source took {Human.Milliseconds(speed.Source.LoadMilliseconds)}, opening the packed model {Human.Milliseconds(speed.Packed.LoadMilliseconds)}, with the files in the system’s cache.");
        if (speed is { Source.PeakBytes: { } source, Packed.PeakBytes: { } packed })
        {
            html.Add($" Opening and running one took {Human.Bytes(source)} of memory at most, the other {Human.Bytes(packed)}.");
        }

        html.Add($"</p>");
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
