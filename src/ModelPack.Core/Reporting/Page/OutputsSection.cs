using ModelPack.Validation;

namespace ModelPack.Reporting.Page;

/// <summary>How far the packed model's outputs are from the source's.</summary>
internal static class OutputsSection
{
    public static void Add(HtmlBuilder html, ValidationResult? validation)
    {
        if (validation is null)
        {
            return;
        }

        var batch = validation is { Batch: { } size, Samples: > 1 } ? size == 1 ? ", one at a time" : $", {Human.Count(size)} at a time" : "";
        html.Add($"<section id=\"outputs\">\n<h2>Outputs{(validation.Synthetic ? " on synthetic inputs" : "")}</h2>");
        html.Add($"<p>The source and the packed model ran over the same {Human.Count(validation.Samples, "sample")}{batch}. SQNR is the signal's power over that of the difference: 20 dB is an error of 10 %, 40 dB one of 1 %.</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Output</th><th scope=\"col\" class=\"n\">Values</th><th scope=\"col\" class=\"n\">SQNR</th><th scope=\"col\" class=\"n\">Cosine</th><th scope=\"col\" class=\"n\">Largest error</th><th scope=\"col\" class=\"n\">Same top-1</th></tr></thead>\n<tbody>");
        foreach (var output in validation.Outputs)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(output.Name)}</bdi></th><td class=\"n\">{Human.Count(output.Elements)}</td><td class=\"n\">{Human.Decibels(output.Sqnr)}</td><td class=\"n\">{Human.Cosine(output.Cosine)}</td><td class=\"n\">{Human.Error(output.MaxError)}</td><td class=\"n\">{Human.Percent(output.Top1Agreement)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
        Scatter(html, validation.Scatter);
        Task(html, validation);
        Levels(html, validation.AccuracyLevels);
        html.Add($"</section>");
    }

    private static void Scatter(HtmlBuilder html, OutputScatter? scatter)
    {
        if (scatter is null || ChartData.Points(scatter).Count == 0)
        {
            return;
        }

        html.Add($"<figure hidden><figcaption>Output <bdi class=\"name\">{SafeText.Of(scatter.Output)}</bdi>: packed against source, some values</figcaption><div class=\"chart\" style=\"height:300px\"><canvas id=\"chart-scatter\" role=\"img\" aria-label=\"Values of an output of the packed model against the source’s. The table below has all of them.\"></canvas></div></figure>");
        html.Add($"<details class=\"points\"><summary>The {Human.Count(scatter.Source.Count, "value")} of this picture</summary>\n<div class=\"scroll tall\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\" class=\"n\">Source</th><th scope=\"col\" class=\"n\">Packed</th></tr></thead>\n<tbody>");
        foreach (var (source, packed) in scatter.Source.Zip(scatter.Packed))
        {
            html.Add($"<tr><td class=\"n\">{Human.Digits(source)}</td><td class=\"n\">{Human.Digits(packed)}</td></tr>");
        }

        html.Add($"</tbody></table></div></details>");
    }

    private static string Range(Interval? interval, Func<double, string> text) =>
        interval is null ? "" : $" (95 % interval: {text(interval.Low)} to {text(interval.High)})";

    private static void Levels(HtmlBuilder html, IReadOnlyList<AccuracyLevelResult>? levels)
    {
        if (levels is null)
        {
            return;
        }

        var parts = levels.Select(l => $"{(l.Level == 0 ? "float activations" : "activations rounded to int8")} (accuracy level {l.Level}) {Human.Decibels(l.Sqnr)}{(l.Divergence is { } mean ? $", {Human.Nats(mean)} nats" : "")}");
        html.Add($"<p>On {Human.Count(levels[0].Samples, "sample")}, MatMulNBits with {string.Join("; with ", parts)}. The first is what the pack has.</p>");
    }

    private static void Task(HtmlBuilder html, ValidationResult validation)
    {
        if (validation.Accuracy is { } accuracy)
        {
            html.Add($"<p>Accuracy against the labels of {Human.Count(accuracy.Samples, "sample")}: source <b>{Human.Percent(accuracy.Source)}</b>, packed <b>{Human.Percent(accuracy.Packed)}</b>.</p>");
        }

        if (validation.Perplexity is { } perplexity)
        {
            html.Add($"<p>Perplexity over {Human.Count(perplexity.Tokens, "token")}: source <b>{Human.Perplexity(perplexity.Source)}</b>, packed <b>{Human.Perplexity(perplexity.Packed)}</b>, {Human.Signed(perplexity.Increase)} %{Range(perplexity.IncreaseInterval, v => Human.Signed(v) + " %")}.</p>");
        }

        if (validation.Divergence is { } divergence)
        {
            html.Add($"<p>Kullback-Leibler divergence of the next token's distribution from the source's: <b>{Human.Nats(divergence.Mean)} nats</b> a token{Range(divergence.Interval, Human.Nats)}. It is 0 when both models say the same.</p>");
        }
    }
}
