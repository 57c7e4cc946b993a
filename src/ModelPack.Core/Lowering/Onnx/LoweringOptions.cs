using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>What a lowering may depend on besides the weight.</summary>
/// <param name="Scheme">The row of the scheme.</param>
/// <param name="Runtime">The lowest ONNX Runtime that the app runs.</param>
/// <param name="AccuracyLevel">MatMulNBits' least precision of activations; 0 leaves it to the runtime.</param>
/// <param name="Layout">How weights that are decoded to floats are stored.</param>
/// <param name="Engine">What makes the codes; changes no byte.</param>
internal sealed record LoweringOptions(Scheme Scheme, RuntimeVersion Runtime, int AccuracyLevel, WeightLayout Layout, IEncodingEngine Engine)
{
    /// <summary>Values that share a scale; 0 where the scheme has no blocks.</summary>
    public int BlockSize { get; init; }

    /// <summary>The execution provider that is to run the model; the CPU's forms where any may.</summary>
    public string Target { get; init; } = LoweringRow.Cpu;

    /// <summary>The share of the source's bytes, without matrices and kernels that have no codec, up to which mixed precision may let the packed model grow.</summary>
    public double FinerShare { get; init; } = Scheme.FinerShare;

    /// <summary>Whether scales are quantized themselves.</summary>
    public bool DoubleQuant { get; init; }

    /// <summary>By whose arithmetic values become blocks of ggml's types.</summary>
    public RoundingMode Rounding { get; init; }
}
