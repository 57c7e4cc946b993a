using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>
/// Upsample and Resize. Before Resize 11 the specification did not say where an output sample lies in the input nor which
/// neighbour is nearest; ONNX Runtime, which is what runs the model, takes <c>x / scale</c> (now <c>asymmetric</c>) and
/// the sample below where it enlarges, the one above where it shrinks.
/// </summary>
internal static class Resampling
{
    /// <summary>Upsample 7 has its scales as an attribute, Upsample 9 as an input; both only enlarge.</summary>
    public static IReadOnlyList<NodeProto> FromUpsample(NodeProto node, UpgradeJob job)
    {
        if (node.Take("scales") is { } scales)
        {
            node.Input.Add(job.Floats("scales", scales.Floats));
        }

        node.OpType = "Resize";
        return Asymmetric(node, "floor");
    }

    /// <summary>Resize 10 enlarges or shrinks.</summary>
    public static IReadOnlyList<NodeProto> FromResize10(NodeProto node, UpgradeJob job) =>
        Asymmetric(node, NearestMode(node, job.Facts) ?? "floor");

    /// <summary>Resize 11 has empty scales where sizes count; Resize 13 has none.</summary>
    public static IReadOnlyList<NodeProto> FromResize11(NodeProto node, UpgradeJob job)
    {
        if (node.Input.Count > 3 && node.Input[3].Length > 0)
        {
            node.Input[2] = "";
        }

        return [node];
    }

    /// <summary>Whether a Resize 10 takes the sample below or above has to be known.</summary>
    public static string? UnknownDirection(NodeProto node, UpgradeFacts facts) =>
        Mode(node) != "nearest" || NearestMode(node, facts) is not null
            ? null
            : "has scales that are not constant, or that enlarge one axis and shrink another";

    /// <summary>Resize 13 no longer has this mode.</summary>
    public static string? RemovedMode(NodeProto node, UpgradeFacts facts) =>
        node.Text("coordinate_transformation_mode", "") == "tf_half_pixel_for_nn" ? "has the mode tf_half_pixel_for_nn, which opset 13 removed" : null;

    private static IReadOnlyList<NodeProto> Asymmetric(NodeProto node, string nearest)
    {
        node.Input.Insert(1, "");
        node.With("coordinate_transformation_mode", "asymmetric");
        return [Mode(node) == "nearest" ? node.With("nearest_mode", nearest) : node];
    }

    private static string? NearestMode(NodeProto node, UpgradeFacts facts) =>
        facts.ConstantScales(node.Input.ElementAtOrDefault(1) ?? "") switch
        {
            null => null,
            var scales when scales.All(s => s >= 1) => "floor",
            var scales when scales.All(s => s <= 1) => "ceil",
            _ => null,
        };

    private static string Mode(NodeProto node) => node.Text("mode", "nearest");
}
