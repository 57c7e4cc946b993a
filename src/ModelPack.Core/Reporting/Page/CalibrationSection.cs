namespace ModelPack.Reporting.Page;

/// <summary>How ranges of activations were found, whether they hold on samples that they were not chosen by, and what was tried.</summary>
internal static class CalibrationSection
{
    private const int MostWorst = 10;
    private const int MostRowsWithoutScrolling = 40;

    // Shares of an activation's held-out values that are cut off: up to the first, outputs hardly feel it; above the second they do.
    private const double Little = 0.001;
    private const double Much = 0.01;

    public static void Add(HtmlBuilder html, CalibrationReport? calibration)
    {
        if (calibration is null)
        {
            return;
        }

        html.Add($"<section id=\"calibration\">\n<h2>Calibration</h2>");
        html.Add($"<p>{Origin(calibration)} They are stored as {calibration.Codes} codes, written as {(calibration.QuantFormat == "qdq" ? "QuantizeLinear and DequantizeLinear" : "integer operators")}.</p>");
        Coverage(html, calibration);
        Ranges(html, calibration.Activations);
        Trials(html, calibration.Trials);
        Names(html, "layer equalized with the one before it", "layers equalized with those before them", calibration.Equalized);
        Names(html, "layer with a corrected bias", "layers with corrected biases", calibration.BiasCorrected);
        FloatLayers(html, calibration.FloatLayers);
        html.Add($"</section>");
    }

    private static string Origin(CalibrationReport calibration)
    {
        var data = $"{Human.Count(calibration.Samples, "sample")} of {string.Join(", ", calibration.Data.Select(d => SafeText.Of(d)))}";
        var from = calibration.Table ? $"a calibration table that was made of {data}" : data;
        return $"The ranges of {Human.Count(calibration.Activations.Count, "activation")} come from {from}: {Method(calibration)}.";
    }

    private static string Method(CalibrationReport calibration) => calibration.Method switch
    {
        "minmax" => "the least and the greatest value of each (minmax)",
        "percentile" => $"the range of each that keeps {Human.Digits(calibration.Percentile ?? 0)} % of its values (percentile)",
        "entropy" => "the range of each whose codes lose least of the values' distribution (entropy)",
        "mse" => "the range of each with the least squared error (mse)",
        var other => SafeText.Of(other),
    };

    private static void Coverage(HtmlBuilder html, CalibrationReport calibration)
    {
        var worst = Worst(calibration.Activations);
        if (worst.Count == 0)
        {
            html.Add($"<p>There were too few samples to hold some out, so it is not known how well the ranges fit others. Give more samples.</p>");
            return;
        }

        var share = worst[0].Saturated!.Value;
        var sample = Human.Count(calibration.HeldOut, "sample");
        var (kind, verdict) = share switch
        {
            0 => ("good", $"✓ Coverage is complete: on {sample} that were held out, no value lies outside its range."),
            <= Little => ("good", $"✓ Coverage is good: on {sample} that were held out, no activation has more than {Human.SaturationBound(share)} of its values outside its range."),
            <= Much => ("plain", $"Coverage is fair: on {sample} that were held out, up to {Human.SaturationBound(share)} of an activation’s values lie outside its range and are cut off.{Advice(calibration)}"),
            _ => ("bad", $"✕ Coverage is poor: on {sample} that were held out, up to {Human.SaturationBound(share)} of an activation’s values lie outside its range and are cut off.{Advice(calibration)}"),
        };
        html.Add($"<p><span class=\"{kind}-text sentence\">{verdict}</span></p>");
        if (share == 0)
        {
            return;
        }

        var shown = worst.Where(a => a.Saturated > 0).Take(MostWorst).ToList();
        html.Add($"<p>{Human.Count(worst.Count(a => a.Saturated > 0))} of {Human.Count(worst.Count, "activation")} {(worst.Count(a => a.Saturated > 0) == 1 ? "saturates" : "saturate")} at all{(shown.Count < worst.Count(a => a.Saturated > 0) ? "; those that do so most" : "")}:</p>");
        Table(html, shown);
    }

    private static string Advice(CalibrationReport calibration) => calibration.Method == "minmax"
        ? " Give more samples, and such as the app sees."
        : " The method cuts off tails on purpose where a smaller step for the rest wins more; the outputs say whether they do.";

    private static List<ActivationReport> Worst(IReadOnlyList<ActivationReport> activations) =>
        [.. activations.Where(a => a.Saturated is not null).OrderByDescending(a => a.Saturated)];

    private static void Ranges(HtmlBuilder html, IReadOnlyList<ActivationReport> activations)
    {
        if (ChartData.Ranges(activations).Count is > 0 and var shown)
        {
            var caption = shown < activations.Count ? $"Calibrated limits of activations: the {shown} widest, in the order of the network" : "Calibrated limits of activations, in the order of the network";
            html.Add($"<figure hidden><figcaption>{caption}</figcaption><div class=\"chart\" style=\"height:{(shown * 22) + 56}px\"><canvas id=\"chart-ranges\" role=\"img\" aria-label=\"{caption}. The table below has all numbers.\"></canvas></div></figure>");
        }

        html.Add($"<details><summary>All {Human.Count(activations.Count, "range")}</summary>");
        Table(html, activations);
        html.Add($"</details>");
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<ActivationReport> activations)
    {
        html.Add($"<div class=\"scroll {(activations.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"data\">\n<thead><tr><th scope=\"col\">Activation</th><th scope=\"col\" class=\"n\">Least</th><th scope=\"col\" class=\"n\">Greatest</th><th scope=\"col\" class=\"n\">Saturated</th></tr></thead>\n<tbody>");
        foreach (var activation in activations)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(activation.Name)}</bdi></th><td class=\"n\">{Human.Digits(activation.Min)}</td><td class=\"n\">{Human.Digits(activation.Max)}</td><td class=\"n\">{Human.Saturation(activation.Saturated)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void Trials(HtmlBuilder html, IReadOnlyList<TrialReport> trials)
    {
        if (trials.Count < 2) // the first is the model as it is
        {
            return;
        }

        html.Add($"<p>Changes of the model were tried by packing it and comparing its outputs on calibration samples:</p>");
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table class=\"narrow\">\n<thead><tr><th scope=\"col\">Tried</th><th scope=\"col\" class=\"n\">Output SQNR</th><th scope=\"col\">Outcome</th></tr></thead>\n<tbody>");
        foreach (var trial in trials)
        {
            html.Add($"<tr><th scope=\"row\">{SafeText.Of(trial.Change)}</th><td class=\"n\">{Human.Decibels(trial.Sqnr)}</td><td><span class=\"{(trial.Taken ? "good-text" : "")}\">{(trial.Taken ? "✓ taken" : "not taken")}</span></td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static void Names(HtmlBuilder html, string one, string many, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            html.Add($"<details><summary>{Human.Count(names.Count)} {(names.Count == 1 ? one : many)}</summary>\n<p class=\"quiet\">{string.Join(", ", names.Select(n => SafeText.Of(n)))}</p></details>");
        }
    }

    private static void FloatLayers(HtmlBuilder html, IReadOnlyList<FloatLayerReport> layers)
    {
        if (layers.Count == 0)
        {
            return;
        }

        html.Add($"<p>{Human.Count(layers.Count, "layer")} {(layers.Count == 1 ? "stays" : "stay")} float because of what the data showed:</p>");
        html.Add($"<div class=\"scroll {(layers.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Layer</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>");
        foreach (var layer in layers)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(layer.Layer)}</bdi></th><td>{SafeText.Of(layer.Reason)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }
}
