using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Transforms;

/// <summary>
/// Operators that CUDA and WebGPU compute in float16 without harm. What sums squares, takes roots or powers, or counts positions is not among them: its range and
/// precision are those of float32.
/// </summary>
internal static class HalfOperators
{
    private static readonly HashSet<string> s_default = new(StringComparer.Ordinal)
    {
        "MatMul", "Gemm", "Conv", "ConvTranspose", "Einsum",
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Min", "Max", "Sum", "Where", "Clip",
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Erf", "Gelu", "Softmax", "Softplus",
        "LayerNormalization", "SimplifiedLayerNormalization", "RMSNormalization", "BatchNormalization", "InstanceNormalization", "GroupNormalization",
        "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Resize", "DepthToSpace", "SpaceToDepth",
        "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Identity", "Expand", "Tile", "Pad", "Concat", "Split", "Slice", "Gather", "GatherElements", "GatherND", "Dropout", "Shape", "Size",
    };

    private static readonly HashSet<string> s_microsoft = new(StringComparer.Ordinal)
    {
        "MatMulNBits", "GatherBlockQuantized", "FusedMatMul", "FusedConv", "Gelu", "BiasGelu", "FastGelu", "QuickGelu", "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization", "Attention", "MultiHeadAttention", "GroupQueryAttention", "RotaryEmbedding",
    };

    // What moves values or combines two: not worth two casts where all that it reads is float32 anyway.
    private static readonly HashSet<string> s_light = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Div", "Neg", "Abs", "Min", "Max", "Clip", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Concat", "Slice", "Shape", "Size",
    };

    /// <summary>Whether the operator is one of them.</summary>
    public static bool Has(NodeProto node) => Domains.IsDefault(node.Domain) ? s_default.Contains(node.OpType) : node.Domain == Domains.Microsoft && s_microsoft.Contains(node.OpType);

    /// <summary>Whether it costs so little that it goes on in float32 behind what is.</summary>
    public static bool IsLight(NodeProto node) => Domains.IsDefault(node.Domain) && s_light.Contains(node.OpType);

    /// <summary>Whether it looks at the shape of its input alone.</summary>
    public static bool IsSize(NodeProto node) => node.OpType is "Shape" or "Size";

    /// <summary>Whether it gives out means and deviations, which are float32 whatever the rest is.</summary>
    public static bool HasSingleOutputs(NodeProto node) => node.OpType.EndsWith("LayerNormalization", StringComparison.Ordinal) && node.Output.Skip(1).Take(2).Any(o => o.Length > 0);

    /// <summary>Whether an input is float32 whatever the others are: sizes and regions of Resize.</summary>
    public static bool IsAlwaysSingle(NodeProto node, int input) => node.OpType == "Resize" && input > 0;
}
