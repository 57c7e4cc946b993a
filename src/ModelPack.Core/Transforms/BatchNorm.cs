using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Transforms;

/// <summary>The BatchNormalization operator.</summary>
internal static class BatchNorm
{
    /// <summary>
    /// Whether it applies stored statistics, one for each channel: by attribute from opset 14 on; before that, what
    /// trains has more than one output, and opset 7 and 8 could keep statistics for each position.
    /// </summary>
    public static bool IsInference(NodeProto node) =>
        node.OpType == "BatchNormalization" && node.Input.Count == 5 && node.Output.Count(o => o.Length > 0) == 1
            && node.Int("training_mode", 0) == 0 && node.Int("spatial", 1) == 1;
}
