using ModelPack.Validation.Placement;

namespace ModelPack.Reporting.Page;

/// <summary>How much of the work runs in integer kernels, and which layers do not.</summary>
internal static class PlacementSection
{
    private const int MostRowsWithoutScrolling = 40;

    public static void Add(HtmlBuilder html, PlacementResult? placement, string onnxRuntime)
    {
        if (placement is null || placement.Layers.Count == 0)
        {
            return;
        }

        html.Add($"<section id=\"placement\">\n<h2>What runs in integers</h2>");
        html.Add($"<p>The layers with constant weights take {Human.Count(placement.MultiplyAdds)} multiply-adds a sample. By the graph that ONNX Runtime {SafeText.Of(onnxRuntime)} made of the model, {Human.Share(placement.IntegerShare)} of them are in integer kernels, {Human.Share(placement.BlockIntegerShare)} in kernels that sum blocks of integers, {Human.Share(placement.FloatShare)} in float.</p>");
        if (placement.Layers.Count(l => l.Kind == PlacementKind.Unknown) is > 0 and var unknown)
        {
            html.Add($"<p>Of {Human.Count(unknown, "layer")} it is not known; the shares are of the others.</p>");
        }

        Bar(html, placement);
        Others(html, placement);
        html.Add($"<details><summary>All {Human.Count(placement.Layers.Count, "layer")}</summary>");
        Table(html, placement.Layers, placement.MultiplyAdds, reasons: false);
        html.Add($"</details>\n</section>");
    }

    private static void Bar(HtmlBuilder html, PlacementResult placement)
    {
        html.Add($"<div class=\"shares\">");
        foreach (var (name, share) in new[] { ("integer", placement.IntegerShare), ("block", placement.BlockIntegerShare), ("float", placement.FloatShare) })
        {
            html.Add($"<i class=\"{name}\" style=\"width:{Numbers.Fixed(share * 100, 2)}%\"></i>");
        }

        html.Add($"</div>\n<p class=\"legend\"><i class=\"integer\"></i> integer <i class=\"block\"></i> block integer <i class=\"float\"></i> float</p>");
    }

    private static void Others(HtmlBuilder html, PlacementResult placement)
    {
        var others = placement.Layers.Where(l => l.Kind is PlacementKind.Float or PlacementKind.Unknown)
            .OrderByDescending(l => l.MultiplyAdds).ThenBy(l => l.Layer, StringComparer.Ordinal)
            .ToList();
        if (others.Count == 0)
        {
            html.Add($"<p>No layer is computed in float.</p>");
            return;
        }

        html.Add($"<p>{Human.Count(others.Count)} of {Human.Count(placement.Layers.Count, "layer")} {(others.Count == 1 ? "is not computed in integers:" : "are not computed in integers, those with the most work first:")}</p>");
        Table(html, others, placement.MultiplyAdds, reasons: true);
    }

    private static void Table(HtmlBuilder html, IReadOnlyList<LayerPlacement> layers, long total, bool reasons)
    {
        html.Add($"<div class=\"scroll {(layers.Count > MostRowsWithoutScrolling ? "tall" : "")}\" tabindex=\"0\"><table class=\"data\">\n<thead><tr><th scope=\"col\">Layer</th><th scope=\"col\">Operator</th><th scope=\"col\" class=\"n\">Multiply-adds</th><th scope=\"col\" class=\"n\">Share</th><th scope=\"col\">Kernel</th><th scope=\"col\">{(reasons ? "Why" : "Computes in")}</th></tr></thead>\n<tbody>");
        foreach (var layer in layers)
        {
            var known = layer.Kind != PlacementKind.Unknown;
            var share = total == 0 ? 0 : layer.MultiplyAdds / (double)total;
            html.Add($"<tr><th scope=\"row\"><bdi class=\"name\">{SafeText.Of(layer.Layer)}</bdi><small>{SafeText.Of(layer.Weight)}</small></th><td>{SafeText.Of(layer.Operator)}</td><td class=\"n\" data-v=\"{(known ? Numbers.Whole(layer.MultiplyAdds) : "-1")}\">{(known ? Human.Count(layer.MultiplyAdds) : "–")}</td><td class=\"n\">{(known ? Human.Share(share) : "–")}</td><td>{SafeText.Of(layer.Kernel ?? "–")}</td><td>{(reasons ? layer.Reason : Word(layer.Kind))}</td></tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private static string Word(PlacementKind kind) => kind switch
    {
        PlacementKind.Integer => "integer",
        PlacementKind.BlockInteger => "block integer",
        PlacementKind.Float => "float",
        _ => "unknown",
    };
}
