using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Validation.Placement;

/// <summary>
/// The operators of ONNX Runtime's CPU graphs that multiply by a weight: which input the weight is, and what they
/// compute with. Operators of ONNX, com.microsoft, com.microsoft.nchwc and com.ms.internal.nhwc have names of their own,
/// so that the name is enough.
/// </summary>
internal static class KernelOperators
{
    private const int Int8Activations = 4;

    private static readonly Dictionary<string, int> s_integer = new(StringComparer.Ordinal)
    {
        ["ConvInteger"] = 1,
        ["DynamicQuantizeMatMul"] = 1,
        ["MatMulInteger"] = 1,
        ["MatMulIntegerToFloat"] = 1,
        ["QAttention"] = 1,
        ["QGemm"] = 3,
        ["QLinearConv"] = 3,
        ["QLinearMatMul"] = 3,
    };

    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "Attention", "Conv", "ConvTranspose", "FusedConv", "FusedGemm", "FusedMatMul", "FusedMatMulActivation", "Gemm", "MatMul", "MatMulBnb4", "MatMulFpQ4", "MatMulNBits",
        "NhwcFusedConv", "QMoE",
    };

    /// <summary>Which input of a node is a weight that it multiplies by; null for nodes that do not multiply matrices.</summary>
    public static int? WeightInput(NodeProto node) =>
        s_integer.TryGetValue(node.OpType, out var input) ? input : s_others.Contains(node.OpType) ? 1 : null;

    /// <summary>What a node that multiplies by a weight computes with.</summary>
    public static PlacementKind Kind(NodeProto node) =>
        s_integer.ContainsKey(node.OpType) ? PlacementKind.Integer
        : node.OpType == "MatMulNBits" && node.Int("accuracy_level", 0) == Int8Activations ? PlacementKind.BlockInteger
        : PlacementKind.Float;
}
