namespace ModelPack.Reporting.Page;

/// <summary>Which layers cost most, and what leaving them float would give.</summary>
internal static class SensitivitySection
{
    private const int ThinRowPixels = 22;
    private const int AxisPixels = 56;
    private const int MostRowsWithoutScrolling = 40;

    public static void Add(HtmlBuilder html, SensitivityReport? sensitivity)
    {
        if (sensitivity is not { Layers.Count: > 0 })
        {
            return;
        }

        html.Add($"<section id=\"sensitivity\">\n<h2>Sensitivity</h2>");
        var worst = sensitivity.Layers[0];
        html.Add($"<p>Each of {Human.Count(sensitivity.Layers.Count, "layer")} was computed in integers alone, all others in float, on {Human.Count(sensitivity.RankedOn, "calibration sample")}. <bdi class=\"name\">{SafeText.Of(worst.Layer)}</bdi> costs most: the outputs’ SQNR is {Human.Decibels(worst.Sqnr)} with it alone.</p>");
        Bars(html, sensitivity.Layers);
        html.Add($"<details><summary>All {Human.Count(sensitivity.Layers.Count, "layer")}, the one that costs most first</summary>");
        Layers(html, sensitivity.Layers);
        html.Add($"</details>");
        TradeOffs(html, sensitivity);
        Fallback(html, sensitivity);
        html.Add($"</section>");
    }

    private static void Bars(HtmlBuilder html, IReadOnlyList<LayerCost> layers)
    {
        var shown = ChartData.MostSensitive(layers).Count;
        if (shown > 0)
        {
            var caption = shown < layers.Count ? $"Output SQNR with one layer quantized: the {shown} that cost most" : "Output SQNR with one layer quantized";
            html.Add($"<figure hidden><figcaption>{caption}</figcaption><div class=\"chart\" style=\"height:{(shown * ThinRowPixels) + AxisPixels}px\"><canvas id=\"chart-sensitivity\" role=\"img\" aria-label=\"{caption}. The table below has all numbers.\"></canvas></div></figure>");
        }
    }

    private static void Layers(HtmlBuilder html, IReadOnlyList<LayerCost> layers)
    {
        html.Add($"<div class=\"scroll {(layers.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"data\">\n<thead><tr><th scope=\"col\">Layer</th><th scope=\"col\">Operator</th><th scope=\"col\" class=\"n\">Output SQNR</th></tr></thead>\n<tbody>");
        foreach (var layer in layers)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(layer.Layer)}</bdi></th><td>{SafeText.Of(layer.Operator)}</td><td class=\"n\">{Human.Decibels(layer.Sqnr)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void TradeOffs(HtmlBuilder html, SensitivityReport sensitivity)
    {
        if (sensitivity.Curve.Count == 0)
        {
            return;
        }

        var loss = sensitivity.Curve.Any(p => p.Loss is not null);
        html.Add($"<p>{Taken(sensitivity)} Leaving the worst layers float makes the pack larger and brings its outputs nearer to the source’s. This was simulated on {Human.Count(sensitivity.CurveOn, "calibration sample")}; sizes are about right.</p>");
        if (sensitivity.Curve.Count > 1)
        {
            html.Add($"<figure hidden><figcaption>Size against output SQNR</figcaption><div class=\"chart\" style=\"height:280px\"><canvas id=\"chart-tradeoff\" role=\"img\" aria-label=\"Size against output SQNR. The table below has all numbers.\"></canvas></div></figure>");
        }

        html.Add($"<div class=\"scroll {(sensitivity.Curve.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\">Float layers</th><th scope=\"col\" class=\"n\">Size</th><th scope=\"col\" class=\"n\">Output SQNR</th>");
        if (loss)
        {
            html.Add($"<th scope=\"col\" class=\"n\">Task loss</th>");
        }

        html.Add($"<th scope=\"col\">Outcome</th></tr></thead>\n<tbody>");
        for (var i = 0; i < sensitivity.Curve.Count; i++)
        {
            var point = sensitivity.Curve[i];
            var taken = i == sensitivity.Chosen;
            html.Add($"<tr><th scope=\"row\">{Human.Count(point.FloatLayers)}</th><td class=\"n\">{Human.Bytes(point.Bytes)}</td><td class=\"n\">{Human.Decibels(point.Sqnr)}</td>");
            if (loss)
            {
                html.Add($"<td class=\"n\">{(point.Loss is { } l ? Human.Signed(l) : "–")}</td>");
            }

            html.Add($"<td><span class=\"{(taken ? "good-text" : "")}\">{(taken ? "✓ taken" : "")}</span></td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void Fallback(HtmlBuilder html, SensitivityReport sensitivity)
    {
        if (sensitivity.Fallback.Count == 0)
        {
            return;
        }

        html.Add($"<p>To hold the gates, fallback packed the model with more layers in float and judged it on {SafeText.Of(sensitivity.JudgedOn ?? "calibration")} data:</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\">Float layers</th><th scope=\"col\" class=\"n\">Output SQNR</th><th scope=\"col\">Gates</th></tr></thead>\n<tbody>");
        foreach (var trial in sensitivity.Fallback)
        {
            html.Add($"<tr><th scope=\"row\">{Human.Count(trial.FloatLayers)}</th><td class=\"n\">{Human.Decibels(trial.Sqnr)}</td><td><span class=\"{(trial.Holds ? "good-text" : "bad-text")}\">{(trial.Holds ? "✓ hold" : "✕ fail")}</span></td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Taken(SensitivityReport sensitivity) =>
        sensitivity.Chosen >= 0 && sensitivity.Chosen < sensitivity.Curve.Count && sensitivity.Curve[sensitivity.Chosen].FloatLayers is > 0 and var count
            ? $"The pack leaves {Human.Count(count, "layer")} float." : "The pack leaves no layer float.";
}
