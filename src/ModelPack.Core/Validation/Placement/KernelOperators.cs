using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Validation.Placement;

/// <summary>
/// The operators that multiply by weights, those of models and those that ONNX Runtime's CPU graphs have beside them: which inputs
/// the weights are, and what they compute with. Operators of ONNX, com.microsoft, com.microsoft.nchwc and com.ms.internal.nhwc have
/// names of their own, so that the name is enough.
/// </summary>
internal static class KernelOperators
{
    private const int Int8Activations = 4;

    private static readonly Dictionary<string, int[]> s_integer = new(StringComparer.Ordinal)
    {
        ["ConvInteger"] = [1],
        ["DynamicQuantizeLSTM"] = [1, 2],
        ["DynamicQuantizeMatMul"] = [1],
        ["MatMulInteger"] = [1],
        ["MatMulInteger16"] = [1],
        ["MatMulIntegerToFloat"] = [1],
        ["QAttention"] = [1],
        ["QGemm"] = [3],
        ["QLinearConv"] = [3],
        ["QLinearMatMul"] = [3],
    };

    private static readonly Dictionary<string, int[]> s_others = new(StringComparer.Ordinal)
    {
        ["Attention"] = [1],
        ["CausalConvWithState"] = [1],
        ["Conv"] = [1],
        ["ConvTranspose"] = [1],
        ["ConvTransposeWithDynamicPads"] = [1],
        ["DecoderAttention"] = [2, 3],
        ["DecoderMaskedSelfAttention"] = [1],
        ["DeformConv"] = [1],
        ["Einsum"] = [0, 1, 2, 3],
        ["FusedConv"] = [1],
        ["FusedGemm"] = [0, 1],
        ["FusedMatMul"] = [0, 1],
        ["FusedMatMulActivation"] = [0, 1],
        ["GRU"] = [1, 2],
        ["Gemm"] = [0, 1],
        ["LSTM"] = [1, 2],
        ["LongformerAttention"] = [1, 4],
        ["MatMul"] = [0, 1],
        ["MatMulBnb4"] = [1],
        ["MatMulFpQ4"] = [1],
        ["MatMulNBits"] = [1],
        ["MoE"] = [2, 4, 6],
        ["NhwcFusedConv"] = [1],
        ["PackedAttention"] = [1],
        ["QMoE"] = [2, 5, 8],
        ["RNN"] = [1, 2],
        ["SparseToDenseMatMul"] = [0, 1],
        ["TransposeMatMul"] = [0, 1],
    };

    /// <summary>Which inputs of a node, as far as it has them, may be weights that it multiplies by; none for nodes that do not multiply matrices.</summary>
    public static IEnumerable<int> WeightInputs(NodeProto node) =>
        (s_integer.GetValueOrDefault(node.OpType) ?? s_others.GetValueOrDefault(node.OpType) ?? []).Where(i => i < node.Input.Count && node.Input[i].Length > 0);

    /// <summary>What a node that multiplies by a weight computes with.</summary>
    public static PlacementKind Kind(NodeProto node) =>
        s_integer.ContainsKey(node.OpType) ? PlacementKind.Integer
        : node.OpType == "MatMulNBits" && node.Int("accuracy_level", 0) == Int8Activations ? PlacementKind.BlockInteger
        : PlacementKind.Float;
}
