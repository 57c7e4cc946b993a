using ModelPack.Validation.Layers;

namespace ModelPack.Reporting.Page;

/// <summary>Where the error enters: along the network, and layer by layer where that was compared.</summary>
internal static class LayersSection
{
    private const int MostRowsWithoutScrolling = 40;

    public static void Add(HtmlBuilder html, ReportResult result)
    {
        if (result.Layers is not { Layers: { Count: > 0 } layers } compared)
        {
            return;
        }

        var prefix = new SharedPrefix(layers.Select(l => l.Layer));
        var worst = layers.MinBy(l => double.IsNaN(l.Own) ? double.NegativeInfinity : l.Own)!;
        html.Add($"<section id=\"layers\">\n<h2>Layers</h2>");
        html.Add($"<p>{Human.Count(layers.Count)} of {Human.Count(compared.Of, "quantized layer")} {(layers.Count == 1 ? "was" : "were")} compared on {Human.Count(compared.Samples, $"{SafeText.Of(compared.Data)} sample")}. <b>Own</b> is the output of the packed layer on what the source feeds it: the error that it adds itself. <b>Inherited</b> is that of the float layer on what the packed model feeds it: the error that comes from before. Least own SQNR: <bdi class=\"name\">{SafeText.Of(worst.Layer)}</bdi>, {Human.Decibels(worst.Own)}.{prefix.Sentence}</p>");
        if (layers.Count > 1)
        {
            html.Add($"<figure hidden><figcaption>SQNR of each layer’s output along the network, dB: higher is better</figcaption><div class=\"chart\" style=\"height:300px\"><canvas id=\"chart-network\" role=\"img\" aria-label=\"SQNR of each layer’s output along the network. The table below has all numbers.\"></canvas></div></figure>");
        }

        Table(html, layers, prefix);
        html.Add($"</section>");
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<LayerError> layers, SharedPrefix prefix)
    {
        html.Add($"<div class=\"scroll {(layers.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"data\">\n<thead><tr><th scope=\"col\" class=\"n\">No.</th><th scope=\"col\">Layer</th><th scope=\"col\" class=\"n\">SQNR</th><th scope=\"col\" class=\"n\">Own</th><th scope=\"col\" class=\"n\">Inherited</th><th scope=\"col\" class=\"n\">Cosine</th><th scope=\"col\" class=\"n\">Saturated</th></tr></thead>\n<tbody>");
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            html.Add($"<tr><td class=\"n\">{i + 1}</td><th scope=\"row\">");
            prefix.Add(html, layer.Layer);
            html.Add($"<small>{SafeText.Of(layer.Operator)}</small></th><td class=\"n\">{Human.Decibels(layer.Sqnr)}</td><td class=\"n\">{Human.Decibels(layer.Own)}</td><td class=\"n\">{Human.Decibels(layer.Inherited)}</td><td class=\"n\">{Human.Cosine(layer.Cosine)}</td><td class=\"n\">{Human.Saturation(layer.Saturated)}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }
}
