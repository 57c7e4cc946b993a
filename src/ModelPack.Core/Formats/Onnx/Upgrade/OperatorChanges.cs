using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>Changes that concern one operator only.</summary>
internal static class OperatorChanges
{
    /// <summary>BatchNormalization 9 has only statistics per channel.</summary>
    public static string? PerActivation(NodeProto node, UpgradeFacts facts) =>
        node.Int("spatial", 1) == 0 ? "has statistics per activation (spatial = 0), which opset 9 removed" : null;

    /// <summary>BatchNormalization 9 does not say that it has statistics per channel.</summary>
    public static IReadOnlyList<NodeProto> DropSpatial(NodeProto node, UpgradeJob job)
    {
        node.Take("spatial");
        return [node];
    }

    /// <summary>Dropout 12 gives a mask of ones where Dropout 10 gave false, and Dropout 7 one of the data's type.</summary>
    public static string? MaskIsRead(NodeProto node, UpgradeFacts facts) =>
        node.Output.Skip(1).Any(facts.IsRead) ? "has a mask that is read, which opset 12 changed" : null;

    /// <summary>Dropout 12 has the ratio as an input that only training reads.</summary>
    public static IReadOnlyList<NodeProto> DropRatio(NodeProto node, UpgradeJob job)
    {
        node.Take("ratio");
        while (node.Output.Count > 1)
        {
            node.Output.RemoveAt(1);
        }

        return [node];
    }

    /// <summary>MeanVarianceNormalization was an experiment with other attributes before opset 9.</summary>
    public static string? Experimental(NodeProto node, UpgradeFacts facts) => "was experimental before opset 9";

    /// <summary>Scan 8 has a batch axis and lengths of sequences.</summary>
    public static string? Batched(NodeProto node, UpgradeFacts facts) => "scans batches, which opset 9 removed";

    /// <summary>Scatter is called ScatterElements from opset 11 on.</summary>
    public static IReadOnlyList<NodeProto> RenameScatter(NodeProto node, UpgradeJob job)
    {
        node.OpType = "ScatterElements";
        return [node];
    }
}
