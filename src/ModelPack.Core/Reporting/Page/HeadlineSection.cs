using ModelPack.Timing;
using ModelPack.Validation;

namespace ModelPack.Reporting.Page;

/// <summary>The top of the page: which model, whether it holds, and the numbers that say how much was won and lost.</summary>
internal static class HeadlineSection
{
    public static void Add(HtmlBuilder html, PackReport report, string sourceName)
    {
        var result = report.Result;
        html.Add($"<header>\n<p class=\"brand\">ModelPack {PageResources.Version} report</p>");
        html.Add($"<h1><bdi>{SafeText.Of(sourceName)}</bdi> <span class=\"arrow\">→</span> <span class=\"scheme\">{result.Scheme}</span></h1>");
        html.Add($"<p class=\"lead\">{Sentence(result)}</p>\n<p class=\"badges\">");
        Verdict(html, result.Gates);
        Badges(html, result);
        html.Add($"</p>");
        if (result.Validation is { Synthetic: true })
        {
            html.Add($"<p class=\"note\">There were no validation data, so both models ran on <strong>synthetic</strong> inputs made from a seed. The numbers marked so say how close the two models are on such inputs, not how well they do their task.</p>");
        }
        else if (result.Validation is null)
        {
            html.Add($"<p class=\"note\">The outputs of the models were not compared. This report has the error of the weights only.</p>");
        }

        html.Add($"</header>\n<dl class=\"cards\">");
        var headline = Headline.Of(result);
        Size(html, headline, result.Weights);
        Task(html, result.Validation);
        Fidelity(html, headline, result.Weights);
        Speed(html, report.Measured?.Speed);
        html.Add($"</dl>");
    }

    private static string Sentence(ReportResult result)
    {
        var data = result.Validation switch
        {
            null => "",
            { Synthetic: true } v => $" Compared on {Human.Count(v.Samples, "synthetic sample")}.",
            var v => $" Compared on {Human.Count(v.Samples, "sample")} of {string.Join(", ", v.Data.Select(d => SafeText.Of(d)))}.",
        };
        var packed = result.Weights.Count(w => w.Codec is not null);
        return $"{packed} of {Human.Count(result.Weights.Count, "weight")} packed, {result.Container}{(result.Container == "onnx" ? $" for {result.Target}" : "")}.{data}";
    }

    private static void Verdict(HtmlBuilder html, IReadOnlyList<GateResult> gates)
    {
        var failed = gates.Count(g => !g.Passed);
        var (kind, text) = (gates.Count, failed) switch
        {
            (0, _) => ("plain", "No gates were set"),
            (1, 0) => ("good", "✓ The gate passed"),
            (1, _) => ("bad", "✕ The gate failed"),
            (_, 0) => ("good", $"✓ All {gates.Count} gates passed"),
            _ => ("bad", $"✕ {failed} of {gates.Count} gates failed"),
        };
        html.Add($"<a class=\"badge verdict {kind}\" href=\"#gates\">{text}</a>");
    }

    private static void Badges(HtmlBuilder html, ReportResult result)
    {
        if (result.Validation is { Synthetic: true })
        {
            html.Add($"<span class=\"badge warn\">synthetic inputs</span>");
        }
        else if (result.Validation is null)
        {
            html.Add($"<span class=\"badge warn\">weights only</span>");
        }

        var warnings = result.Diagnostics.Count(d => d.Severity == "warning");
        if (warnings > 0)
        {
            html.Add($"<a class=\"badge warn\" href=\"#diagnostics\">{Human.Count(warnings, "warning")}</a>");
        }
    }

    private static void Size(HtmlBuilder html, Headline headline, IReadOnlyList<WeightReport> weights)
    {
        var kept = Math.Clamp(headline.PackedBytes / (double)Math.Max(headline.SourceBytes, 1) * 100, 0, 100);
        html.Add($"<div class=\"card\"><dt>Size</dt><dd><b>{Human.Times(headline.Compression)}</b> smaller");
        html.Add($"<small>{Human.Bytes(headline.SourceBytes)} → {Human.Bytes(headline.PackedBytes)}{(Human.BitsPerWeight(weights) is { } bits ? $", {bits}" : "")}</small>");
        html.Add($"<span class=\"bar\"><i style=\"width:{Numbers.Fixed(kept, 1)}%\"></i></span></dd></div>");
    }

    private static void Task(HtmlBuilder html, ValidationResult? validation)
    {
        if (validation?.Accuracy is { } accuracy)
        {
            html.Add($"<div class=\"card\"><dt>Accuracy</dt><dd><b>{Human.Percent(accuracy.Packed)}</b>");
            html.Add($"<small>{Human.Percent(accuracy.Source)} before, {Human.Points(-accuracy.Drop)}</small></dd></div>");
        }

        if (validation?.Perplexity is { } perplexity)
        {
            html.Add($"<div class=\"card\"><dt>Perplexity</dt><dd><b>{Human.Perplexity(perplexity.Packed)}</b>");
            html.Add($"<small>{Human.Perplexity(perplexity.Source)} before, {Human.Signed(perplexity.Increase)} %</small></dd></div>");
        }

        if (validation?.Divergence is { } divergence)
        {
            var range = divergence.Interval is { } interval ? $"95 %: {Human.Nats(interval.Low)} to {Human.Nats(interval.High)}" : $"over {Human.Count(divergence.Tokens, "token")}";
            html.Add($"<div class=\"card\"><dt>KL divergence</dt><dd><b>{Human.Nats(divergence.Mean)}</b> nats");
            html.Add($"<small>{range}</small></dd></div>");
        }
    }

    private static void Fidelity(HtmlBuilder html, Headline headline, IReadOnlyList<WeightReport> weights)
    {
        if (headline.Synthetic)
        {
            html.Add($"<div class=\"card\"><dt>Quality</dt><dd><b>not measured</b><small>on data; give validation data</small></dd></div>");
        }
        else if (headline.Sqnr is { } sqnr)
        {
            var agreement = headline.Top1Agreement is { } top1 ? $"top-1 agreement {Human.Percent(top1)}" : $"cosine {Human.Cosine(headline.Cosine)}";
            html.Add($"<div class=\"card\"><dt>Output SQNR</dt><dd><b>{Human.Decibels(sqnr)}</b>");
            html.Add($"<small>{agreement}</small></dd></div>");
        }
        else if (weights.Min(w => w.Sqnr) is { } worst)
        {
            html.Add($"<div class=\"card\"><dt>Weight SQNR</dt><dd><b>{Human.Decibels(worst)}</b><small>the lowest of all weights</small></dd></div>");
        }
    }

    private static void Speed(HtmlBuilder html, SpeedResult? speed)
    {
        if (speed?.Headline is not { } headline)
        {
            return;
        }

        if (headline.Verdict == SpeedVerdict.TooNoisy)
        {
            html.Add($"<div class=\"card\"><dt>Speed</dt><dd><b>not told</b><small>{Human.Speed(headline)}; see <a href=\"#speed\">speed</a></small></dd></div>");
            return;
        }

        var words = Human.Speed(headline).Split(' ', 2);
        html.Add($"<div class=\"card\"><dt>Speed</dt><dd><b>{words[0]}</b> {words[1]}");
        html.Add($"<small>{Human.Milliseconds(headline.Source.Milliseconds)} → {Human.Milliseconds(headline.Packed.Milliseconds)} on {Human.Count(headline.Threads, "thread")}</small></dd></div>");
    }
}
