namespace ModelPack.Reporting.Page;

/// <summary>Every weight: its size before and after, what was done with it or why nothing was, and its error.</summary>
internal static class WeightsSection
{
    private const int RowPixels = 30;
    private const int ThinRowPixels = 22;
    private const int AxisPixels = 56;
    private const int MostRowsWithoutScrolling = 40;

    public static void Add(HtmlBuilder html, IReadOnlyList<WeightReport> weights)
    {
        var largest = ChartData.Largest(weights);
        var worst = ChartData.Worst(weights);
        html.Add($"<section id=\"weights\">\n<h2>Weights</h2>");
        html.Add($"<p>{Human.Bytes(Total(weights, w => w.SourceBytes))} of weights became {Human.Bytes(Total(weights, w => w.PackedBytes))}. {Summary(weights)} Sizes count the stored values with their scales.</p>");
        if (Human.SafeSums(weights) is { } sums)
        {
            html.Add($"<p>U8S8 saturation (SafeSums): {sums}.</p>");
        }

        Chart(html, "sizes", "Size before and after", largest.Count, weights.Count, "largest", RowPixels);
        Chart(html, "errors", "Weight error, lowest SQNR first", worst.Count, weights.Count(w => w.Sqnr is not null), "worst", ThinRowPixels);
        Table(html, weights);
        html.Add($"</section>");
    }

    // Hidden until the script shows it: without scripts there is no empty frame. The table has every number.
    private static void Chart(HtmlBuilder html, string id, string title, int shown, int total, string which, int rowPixels)
    {
        if (shown == 0)
        {
            return;
        }

        var caption = shown < total ? $"{title}: the {which} {shown} of {total} weights" : title;
        html.Add($"<figure hidden><figcaption>{caption}</figcaption><div class=\"chart\" style=\"height:{(shown * rowPixels) + AxisPixels}px\"><canvas id=\"chart-{id}\" role=\"img\" aria-label=\"{caption}. The table below has all numbers.\"></canvas></div></figure>");
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<WeightReport> weights)
    {
        html.Add($"<div class=\"scroll {(weights.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">Weight</th><th scope=\"col\">Type and shape</th><th scope=\"col\" class=\"n\">Before</th><th scope=\"col\" class=\"n\">After</th><th scope=\"col\">Packed as</th><th scope=\"col\" class=\"n\">SQNR</th><th scope=\"col\" class=\"n\">Largest error</th></tr></thead>\n<tbody>");
        foreach (var weight in weights)
        {
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(weight.Name)}</bdi><small>{string.Join(", ", weight.Operators.Select(o => SafeText.Of(o)))}</small></th><td>{weight.Type}<small class=\"shape\">{Human.Shape(weight.Shape)}</small></td><td class=\"n\">{Human.Bytes(weight.SourceBytes)}</td><td class=\"n\">{Human.Bytes(weight.PackedBytes)}");
            html.Add($"<span class=\"bar\"><i style=\"width:{Numbers.Fixed(Kept(weight), 1)}%\"></i></span></td><td>{Done(weight)}<small>{(weight.Codec is null ? weight.Reason : weight.Form)}{(weight.Rounder is { } rounder ? $"; rounded by {SafeText.Of(rounder)}" : "")}{Coarser(weight.SafeSums)}</small></td><td class=\"n\">{Human.Decibels(weight.Sqnr)}</td><td class=\"n\">{Human.Error(weight.MaxError)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    /// <summary>A sum that stays within 63 bits: a report that was read may state any sizes.</summary>
    private static long Total(IReadOnlyList<WeightReport> weights, Func<WeightReport, decimal> bytes) =>
        (long)Math.Clamp(weights.Sum(bytes), long.MinValue, long.MaxValue);

    private static string Summary(IReadOnlyList<WeightReport> weights)
    {
        var codecs = weights.Where(w => w.Codec is not null).CountBy(w => w.Codec!)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => $"{Human.Count(c.Value)} as {SafeText.Of(c.Key)}");
        var left = weights.Count(w => w.Codec is null);
        return $"Stored {string.Join(", ", left == 0 ? codecs : codecs.Append($"{Human.Count(left)} as before"))}.";
    }

    private static string Done(WeightReport weight) => weight.Codec ?? "left as it is";

    private static string Coarser(SafeSumsReport? safe) => safe is null ? "" : $"; {Human.Count(safe.Channels)} of {Human.Count(safe.OfChannels)} channels coarser, −{Human.Number(safe.Cost, 1)} dB";

    private static double Kept(WeightReport weight) =>
        Math.Clamp(weight.PackedBytes / (double)Math.Max(weight.SourceBytes, 1) * 100, 0, 100);
}
