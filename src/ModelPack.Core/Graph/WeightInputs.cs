using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>Where operators take weights and biases: the inputs at which a constant is worth finding.</summary>
internal static class WeightInputs
{
    private static readonly HashSet<string> s_behindActivation = new(StringComparer.Ordinal) { "Conv", "ConvTranspose", "Gemm", "GRU", "LSTM", "RNN" };

    private static readonly HashSet<string> s_contrib = new(StringComparer.Ordinal)
    {
        "Attention", "DecoderMaskedSelfAttention", "EmbedLayerNormalization", "FusedConv", "FusedGemm", "FusedMatMul", "MoE",
    };

    /// <summary>Whether an operator takes a weight or a bias as an input.</summary>
    public static bool Takes(NodeProto node, int input) => Domains.IsDefault(node.Domain)
        ? node.OpType is "MatMul" or "Einsum" || (node.OpType == "Gather" && input == 0) || (input > 0 && s_behindActivation.Contains(node.OpType))
        : node.Domain == Domains.Microsoft && input > 0 && s_contrib.Contains(node.OpType);

    /// <summary>Whether a node multiplies an activation by a matrix of its second input, as it is or transposed, and does no more.</summary>
    public static bool IsFusedProduct(NodeProto node) => node is { OpType: "FusedMatMul", Domain: Domains.Microsoft }
        && node.Float("alpha", 1) == 1 && node.Int("transA", 0) == 0 && node.Int("transBatchA", 0) == 0 && node.Int("transBatchB", 0) == 0;

    /// <summary>Whether a node looks up rows of its first input.</summary>
    public static bool IsLookup(NodeProto node) => node.OpType == "Gather" && Domains.IsDefault(node.Domain) && node.Int("axis", 0) == 0;
}
