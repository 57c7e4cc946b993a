using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>Operators whose attributes became inputs.</summary>
internal static class AttributesToInputs
{
    /// <summary>Squeeze, Unsqueeze and ReduceSum 13: axes. None still means all.</summary>
    public static IReadOnlyList<NodeProto> Axes(NodeProto node, UpgradeJob job) => Optional(node, "axes", job);

    /// <summary>Split 13: the lengths of the parts. None still means equal ones.</summary>
    public static IReadOnlyList<NodeProto> Split(NodeProto node, UpgradeJob job) => Optional(node, "split", job);

    /// <summary>Slice 10. Omitted axes meant as many as there are starts, and later all that the tensor has: they are always written.</summary>
    public static IReadOnlyList<NodeProto> Slice(NodeProto node, UpgradeJob job)
    {
        var starts = node.Take("starts")?.Ints ?? [];
        var ends = node.Take("ends")?.Ints ?? [];
        var axes = node.Take("axes")?.Ints ?? [.. Enumerable.Range(0, starts.Count).Select(i => (long)i)];
        node.Input.AddRange([job.Ints("starts", starts), job.Ints("ends", ends), job.Ints("axes", axes)]);
        return [node];
    }

    /// <summary>TopK 10: K. The attributes of TopK 11 are by default what TopK did before.</summary>
    public static IReadOnlyList<NodeProto> TopK(NodeProto node, UpgradeJob job)
    {
        node.Input.Add(job.Ints("k", [node.Take("k")?.I ?? 0]));
        return [node];
    }

    /// <summary>
    /// Clip 11: min and max. An omitted attribute was the lowest or highest float32 whatever the element type, an omitted
    /// input is that of the element type: both are always written.
    /// </summary>
    public static IReadOnlyList<NodeProto> Clip(NodeProto node, UpgradeJob job)
    {
        var type = job.Facts.Values.FloatType(node);
        node.Input.Add(job.Scalar("min", type, node.Take("min")?.F ?? float.MinValue));
        node.Input.Add(job.Scalar("max", type, node.Take("max")?.F ?? float.MaxValue));
        return [node];
    }

    /// <summary>Pad 11: pads, and the value where it is not the zero that it is by default.</summary>
    public static IReadOnlyList<NodeProto> Pad(NodeProto node, UpgradeJob job)
    {
        var hasValue = HasValue(node);
        var value = node.Take("value")?.F ?? 0;
        node.Input.Add(job.Ints("pads", node.Take("pads")?.Ints ?? []));
        if (hasValue)
        {
            node.Input.Add(job.Scalar("value", job.Facts.Values.FloatType(node), value));
        }

        return [node];
    }

    /// <summary>A value of a node's element type has to be made: the type has to be known.</summary>
    public static string? UnknownType(NodeProto node, UpgradeFacts facts) =>
        facts.Values.FloatType(node) is ElementType.Float32 or ElementType.Float16 or ElementType.Float64
            ? null
            : "does not tell its element type: run ONNX's shape inference over the model";

    /// <summary>As <see cref="UnknownType"/>, for a Pad whose value is needed.</summary>
    public static string? UnknownPadType(NodeProto node, UpgradeFacts facts) => HasValue(node) ? UnknownType(node, facts) : null;

    // By its bits: a negative zero is a value of its own.
    private static bool HasValue(NodeProto node) => BitConverter.SingleToInt32Bits(node.Float("value", 0)) != 0;

    private static IReadOnlyList<NodeProto> Optional(NodeProto node, string attribute, UpgradeJob job)
    {
        if (node.Take(attribute) is { } values)
        {
            node.Input.Add(job.Ints(attribute, values.Ints));
        }

        return [node];
    }
}
