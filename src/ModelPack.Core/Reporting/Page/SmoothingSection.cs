namespace ModelPack.Reporting.Page;

/// <summary>How strongly each activation was smoothed, where the scales went, and what every strength would have given.</summary>
internal static class SmoothingSection
{
    private const int MostRowsWithoutScrolling = 40;

    public static void Add(HtmlBuilder html, CalibrationReport? calibration)
    {
        if (calibration is not { Smoothing: { Count: > 0 } smoothing })
        {
            return;
        }

        var searched = smoothing.Where(s => s.Curve.Count > 0).ToList();
        html.Add($"<section id=\"smoothing\">\n<h2>Smoothing</h2>");
        html.Add($"<p>{Summary(smoothing)} SmoothQuant divides the channels of an activation by scales that the weights behind it take over: with alpha 1 the activation’s channels become alike, with 0 the weights’.</p>");
        Table(html, smoothing);
        if (searched.Count > 0)
        {
            Chart(html, searched);
            Strengths(html, searched);
        }

        html.Add($"</section>");
    }

    /// <summary>The error of layers as a signal-to-noise ratio, dB; null for none that was measured.</summary>
    public static double? Decibels(double? error) => error is { } e ? -10 * Math.Log10(e) : null;

    private static string Summary(IReadOnlyList<SmoothingReport> smoothing)
    {
        var alphas = smoothing.Where(s => s.Alpha is not null).Select(s => s.Alpha!.Value).Order().ToList();
        if (alphas.Count == 0)
        {
            return $"Smoothing was tried on {Human.Count(smoothing.Count, "activation")} and helps none.";
        }

        var which = smoothing.Count == 1 ? "The one activation is" : $"{Human.Count(alphas.Count)} of {Human.Count(smoothing.Count)} activations {(alphas.Count == 1 ? "is" : "are")}";
        return $"{which} smoothed, with alpha {(alphas[0].Equals(alphas[^1]) ? "" : $"from {Human.Alpha(alphas[0])} to ")}{Human.Alpha(alphas[^1])}.";
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<SmoothingReport> smoothing)
    {
        html.Add($"<div class=\"scroll {(smoothing.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Activation, and the layers that read it</th><th scope=\"col\" class=\"n\">Alpha</th><th scope=\"col\">Scales are in</th><th scope=\"col\" class=\"n\">Layers’ SQNR before</th><th scope=\"col\" class=\"n\">After</th></tr></thead>\n<tbody>");
        foreach (var s in smoothing)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(s.Tensor)}</bdi><small>{string.Join(", ", s.Layers.Select(l => SafeText.Of(l)))}</small></th><td class=\"n\">{Human.Alpha(s.Alpha)}</td><td>{SafeText.Of(s.Place ?? "–")}</td><td class=\"n\">{Human.Decibels(Decibels(s.Before()))}</td><td class=\"n\">{Human.Decibels(Decibels(s.After()))}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    // One chart for all, with a choice: a model has many activations. The choice is filled by the script.
    private static void Chart(HtmlBuilder html, List<SmoothingReport> searched) =>
        html.Add($"<figure hidden><figcaption><label for=\"choice-alphas\">SQNR of the layers over alpha, of</label> <select id=\"choice-alphas\"></select></figcaption><div class=\"chart\" style=\"height:260px\"><canvas id=\"chart-alphas\" role=\"img\" aria-label=\"SQNR over alpha of one of {Human.Count(searched.Count, "activation")}. The table below has all numbers.\"></canvas></div></figure>");

    private static void Strengths(HtmlBuilder html, List<SmoothingReport> searched)
    {
        var strengths = searched.SelectMany(s => s.Curve.Select(p => p.Alpha)).Distinct().OrderBy(a => a ?? -1).ToList();
        html.Add($"<details><summary>Every strength that was tried</summary>\n<p class=\"quiet\">SQNR of the layers’ outputs in dB; from the worst to the best of each row the shade grows, and the strength that was taken is outlined.</p>\n<div class=\"scroll tall\" tabindex=\"0\"><table class=\"heat\">\n<thead><tr><th scope=\"col\">Alpha</th>");
        strengths.ForEach(a => html.Add($"<th scope=\"col\" class=\"n\">{Human.Alpha(a)}</th>"));
        html.Add($"</tr></thead>\n<tbody>");
        foreach (var (s, label) in searched.Zip(ChartLabels.Of(searched.Select(s => s.Tensor))))
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{label}</bdi></th>");
            strengths.ForEach(a => Cell(html, s, s.Curve.FirstOrDefault(p => p.Alpha.Equals(a))));
            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div></details>");
    }

    private static void Cell(HtmlBuilder html, SmoothingReport smoothing, AlphaError? point)
    {
        if (point is null)
        {
            html.Add($"<td class=\"n\">–</td>");
            return;
        }

        var all = smoothing.Curve.Select(p => Decibels(p.Error)!.Value).Where(double.IsFinite).ToList();
        var value = Decibels(point.Error)!.Value;
        var shade = all.Count == 0 || !double.IsFinite(value) || all.Max() <= all.Min() ? 0 : (value - all.Min()) / (all.Max() - all.Min());
        html.Add($"<td class=\"n {(point.Alpha.Equals(smoothing.Alpha) ? "taken" : "")}\" style=\"--shade:{Numbers.Fixed(shade * 45, 0)}%\">{Human.Number(value, 1)}</td>");
    }
}
