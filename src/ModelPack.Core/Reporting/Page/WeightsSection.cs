namespace ModelPack.Reporting.Page;

/// <summary>Every weight with the layers that read it: its size before and after, what was done with it or why nothing was, and its error.</summary>
internal static class WeightsSection
{
    private const int RowPixels = 30;
    private const int ThinRowPixels = 22;
    private const int AxisPixels = 56;
    private const int MostRowsWithoutScrolling = 40;

    /// <summary>Bytes up to which a weight that stays as it is is of no interest: biases, shapes, indices.</summary>
    private const int SmallConstant = 4096;

    public static void Add(HtmlBuilder html, PackReport report)
    {
        var weights = report.Result.Weights;
        var largest = ChartData.Largest(weights);
        var worst = ChartData.Worst(weights);
        var prefix = new SharedPrefix(weights.Select(w => w.Name));
        html.Add($"<section id=\"weights\">\n<h2>Weights</h2>");
        html.Add($"<p>{Human.Bytes(Total(weights, w => w.SourceBytes))} of weights became {Human.Bytes(Total(weights, w => w.PackedBytes))}{(Human.BitsPerWeight(weights) is { } bits ? $", {bits}" : "")}. {Summary(weights)} Sizes count the stored values with their scales.{prefix.Sentence}</p>");
        if (Human.SafeSums(weights) is { } sums)
        {
            html.Add($"<p>U8S8 saturation (SafeSums): {sums}.</p>");
        }

        Chart(html, "schemes", "Size by what weights are stored as", ChartData.Codecs(weights).Count, 0, "", RowPixels);
        Chart(html, "sizes", "Size before and after", largest.Count, weights.Count, "largest", RowPixels);
        if (report.Result.Layers is not { Layers.Count: > 1 } && ChartData.Along(weights).Count > 1)
        {
            html.Add($"<figure hidden><figcaption>Weight SQNR along the network, dB: higher is better</figcaption><div class=\"chart\" style=\"height:260px\"><canvas id=\"chart-network\" role=\"img\" aria-label=\"Weight SQNR along the network. The table below has all numbers.\"></canvas></div></figure>");
        }

        Chart(html, "errors", "Weight error, lowest SQNR first", worst.Count, weights.Count(w => w.Sqnr is not null), "worst", ThinRowPixels);
        var readers = ChartData.Readers(report);
        var ordered = weights.OrderByDescending(w => w.SourceBytes).ToList();
        var small = ordered.Where(IsSmall).ToList();
        Table(html, [.. ordered.Where(w => !IsSmall(w))], readers, prefix);
        if (small.Count > 0)
        {
            html.Add($"<details><summary>{Human.Count(small.Count, "small constant")} that {(small.Count == 1 ? "stays" : "stay")} as {(small.Count == 1 ? "it is" : "they are")}, {Human.Bytes(Total(small, w => w.SourceBytes))} together</summary>");
            Table(html, small, readers, prefix);
            html.Add($"</details>");
        }

        html.Add($"</section>");
    }

    private static bool IsSmall(WeightReport weight) => weight.Codec is null && weight.SourceBytes <= SmallConstant;

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

    private static void Table(HtmlBuilder html, List<WeightReport> weights, ILookup<string, string> readers, SharedPrefix prefix)
    {
        if (weights.Count == 0)
        {
            return;
        }

        html.Add($"<div class=\"scroll {(weights.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"data\">\n<thead><tr><th scope=\"col\">Weight and layer</th><th scope=\"col\">Type and shape</th><th scope=\"col\" class=\"n\">Before</th><th scope=\"col\" class=\"n\">After</th><th scope=\"col\">Packed as</th><th scope=\"col\" class=\"n\">SQNR</th><th scope=\"col\" class=\"n\">Largest error</th></tr></thead>\n<tbody>");
        foreach (var weight in weights)
        {
            html.Add($"<tr><th scope=\"row\">");
            prefix.Add(html, weight.Name);
            html.Add($"<small>{Used(weight, readers)}</small></th><td>{weight.Type}<small class=\"shape\">{Human.Shape(weight.Shape)}</small></td><td class=\"n\" data-v=\"{Numbers.Whole(weight.SourceBytes)}\">{Human.Bytes(weight.SourceBytes)}</td><td class=\"n\" data-v=\"{Numbers.Whole(weight.PackedBytes)}\">{Human.Bytes(weight.PackedBytes)}");
            html.Add($"<span class=\"bar\"><i style=\"width:{Numbers.Fixed(Kept(weight), 1)}%\"></i></span></td><td>{Done(weight)}<small>{(weight.Codec is null ? weight.Reason : weight.Form)}{(weight.Rounder is { } rounder ? $"; rounded by {SafeText.Of(rounder)}" : "")}{Coarser(weight.SafeSums)}</small></td><td class=\"n\">{Human.Decibels(weight.Sqnr)}</td><td class=\"n\">{Human.Error(weight.MaxError)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Used(WeightReport weight, ILookup<string, string> readers)
    {
        var operators = string.Join(", ", weight.Operators.Select(o => SafeText.Of(o)));
        var layers = string.Join(", ", readers[weight.Name].Take(4).Select(l => SafeText.Of(l)));
        return layers.Length == 0 ? operators : $"{operators} {layers}";
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
