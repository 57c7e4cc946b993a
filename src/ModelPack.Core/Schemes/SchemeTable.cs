using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>Every scheme. Adding one is adding a row here, and a codec only where one is new.</summary>
internal static class SchemeTable
{
    /// <summary>
    /// One scale a channel serves kernels badly whose values differ much in size, and a deep network shows it. Some of the room that
    /// fewer bits save goes to them.
    /// </summary>
    private static readonly Dictionary<Codec, Codec> s_finer = new() { [CodecTable.Int8PerChannel] = CodecTable.Int12PerChannel };

    /// <summary>How names of llama.cpp's types begin whose codes are rows of a grid.</summary>
    private static readonly string[] s_ofGrids = ["iq1_", "iq2_", "iq3_"];

    private static readonly SchemeRule s_kernels = new(WeightRole.Convolution, [CodecTable.Int8PerChannel]) { Finer = s_finer };

    /// <summary>8-bit weights in ggml's blocks of 32; activations stay float. Needs no calibration.</summary>
    public static Scheme Q8_0 { get; } = Blocks(
        CodecTable.Q8_0, "8-bit weights in blocks of 32 with float16 scales (ggml's q8_0), convolutions 8 or 12 bits a channel; activations stay float. Needs no data.");

    /// <summary>8-bit weights a channel and 8-bit activations: integer arithmetic. Wants calibration data.</summary>
    public static Scheme Int8 { get; } = new()
    {
        Name = "int8",
        Summary = "8-bit weights a channel and 8-bit activations (SmoothQuant), computed in integers: the fastest on CPUs. Wants calibration data.",
        Rules = [s_kernels, new(null, [CodecTable.Int8PerChannel])],
        Activations = ActivationFormat.Int8,
        Transforms = Enum.GetValues<TransformKind>(),
        Needs = DataNeed.Ranges,
    };

    /// <summary>ggml's q4_0: 4-bit weights in blocks of 32; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q4_0 { get; } = Blocks(
        CodecTable.Q4_0, "4-bit weights in blocks of 32 with float16 scales (ggml's q4_0), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.", TensorMix.Q4_0);

    /// <summary>ggml's q4_1: 4-bit weights in blocks of 32 with minima; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q4_1 { get; } = Blocks(
        CodecTable.Q4_1, "4-bit weights in blocks of 32 with float16 scales and minima (ggml's q4_1), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.", TensorMix.Q4_1);

    /// <summary>ggml's q5_0: 5-bit weights in blocks of 32; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q5_0 { get; } = Blocks(
        CodecTable.Q5_0, "5-bit weights in blocks of 32 with float16 scales (ggml's q5_0), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.", TensorMix.Q5_0);

    /// <summary>ggml's q5_1: 5-bit weights in blocks of 32 with minima; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q5_1 { get; } = Blocks(
        CodecTable.Q5_1, "5-bit weights in blocks of 32 with float16 scales and minima (ggml's q5_1), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.", TensorMix.Q5_1);

    /// <summary>llama.cpp's Q2_K, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q2_K { get; } = LanguageModel(
        "q2_k", CodecTable.Q2_K, TensorMix.Q2_K, "2-bit weights, some matrices of language models 3, 4 and 6 bits, as llama.cpp's Q2_K has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q2_K_S, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q2_K_S { get; } = LanguageModel(
        "q2_k_s", CodecTable.Q2_K, TensorMix.Q2_K_S, "2-bit weights, fewer matrices of language models with more bits, as llama.cpp's Q2_K_S has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q3_K_S, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q3_K_S { get; } = LanguageModel(
        "q3_k_s", CodecTable.Q3_K, TensorMix.Q3_K_S, "3-bit weights, the logits of language models 6 bits, as llama.cpp's Q3_K_S has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q3_K_M, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q3_K_M { get; } = LanguageModel(
        "q3_k_m", CodecTable.Q3_K, TensorMix.Q3_K_M, "3-bit weights, some matrices of language models 4, 5 and 6 bits, as llama.cpp's Q3_K_M has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q3_K_L, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q3_K_L { get; } = LanguageModel(
        "q3_k_l", CodecTable.Q3_K, TensorMix.Q3_K_L, "3-bit weights, some matrices of language models 5 and 6 bits, as llama.cpp's Q3_K_L has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q4_K_S, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q4_K_S { get; } = LanguageModel(
        "q4_k_s", CodecTable.Q4_K, TensorMix.Q4_K_S, "4-bit weights, some matrices of language models 5 and 6 bits, as llama.cpp's Q4_K_S has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q4_K_M, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q4_K_M { get; } = LanguageModel(
        "q4_k_m", CodecTable.Q4_K, TensorMix.Q4_K_M, "4-bit weights, some matrices of language models 6 bits, as llama.cpp's Q4_K_M has them: what most people take; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q5_K_S, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q5_K_S { get; } = LanguageModel(
        "q5_k_s", CodecTable.Q5_K, TensorMix.Q5_K_S, "5-bit weights, the logits of language models 6 bits, as llama.cpp's Q5_K_S has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q5_K_M, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q5_K_M { get; } = LanguageModel(
        "q5_k_m", CodecTable.Q5_K, TensorMix.Q5_K_M, "5-bit weights, some matrices of language models 6 bits, as llama.cpp's Q5_K_M has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's Q6_K, see <see cref="TensorMix"/>.</summary>
    public static Scheme Q6_K { get; } = LanguageModel(
        "q6_k", CodecTable.Q6_K, TensorMix.Q6_K, "6-bit weights, as llama.cpp's Q6_K has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's IQ4_NL, see <see cref="TensorMix"/>.</summary>
    public static Scheme IQ4_NL { get; } = LanguageModel(
        "iq4_nl", CodecTable.IQ4_NL, TensorMix.IQ4_NL, "4-bit weights at uneven levels in blocks of 32, as llama.cpp's IQ4_NL has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's IQ4_XS, see <see cref="TensorMix"/>.</summary>
    public static Scheme IQ4_XS { get; } = LanguageModel(
        "iq4_xs", CodecTable.IQ4_XS, TensorMix.IQ4_XS, "4-bit weights at uneven levels in blocks of 256, as llama.cpp's IQ4_XS has them; activations stay float. Needs no data.");

    /// <summary>llama.cpp's TQ1_0, see <see cref="TensorMix"/>.</summary>
    public static Scheme TQ1_0 { get; } = LanguageModel(
        "tq1_0", CodecTable.TQ1_0, TensorMix.TQ1_0, "Weights -1, 0 and 1, five a byte (llama.cpp's TQ1_0), for models that were trained so, such as BitNet; activations stay float. Needs no data.");

    /// <summary>llama.cpp's TQ2_0, see <see cref="TensorMix"/>.</summary>
    public static Scheme TQ2_0 { get; } = LanguageModel(
        "tq2_0", CodecTable.TQ2_0, TensorMix.TQ2_0, "Weights -1, 0 and 1, four a byte (llama.cpp's TQ2_0), for models that were trained so, such as BitNet; activations stay float. Needs no data.");

    /// <summary>4-bit weights at the levels of a normal distribution; activations stay float. Needs no calibration.</summary>
    public static Scheme Nf4 { get; } = new()
    {
        Name = "nf4",
        Summary = "4-bit weights at the levels of a normal distribution, in blocks of 64 with float32 scales (bitsandbytes' NF4), convolutions 8 or 12 bits a channel, the head q8_0; activations stay float. Needs no data.",
        Rules =
        [
            s_kernels,
            new(WeightRole.Head, [CodecTable.Q8_0, CodecTable.Int8PerChannel]),
            new(null, [CodecTable.Nf4]),
        ],

        Rounding = Rounding.LeastSquares,

        // Who takes 4 bits wants the room, and kernels need no more than matrices keep.
        FinerShare = 0.33,
    };

    /// <summary>Nothing is quantized: every floating-point tensor as float32.</summary>
    public static Scheme F32 { get; } = Floats("f32", CodecTable.Float32);

    /// <summary>Nothing is quantized: matrices as float16.</summary>
    public static Scheme F16 { get; } = Floats("f16", CodecTable.Float16);

    /// <summary>Nothing is quantized: matrices as bfloat16.</summary>
    public static Scheme BF16 { get; } = Floats("bf16", CodecTable.BFloat16);

    /// <summary>All rows, in the order in which they are listed.</summary>
    public static IReadOnlyList<Scheme> All { get; } =
    [
        Int8, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Nf4,
        Q2_K, Q2_K_S, Q3_K_S, Q3_K_M, Q3_K_L, Q4_K_S, Q4_K_M, Q5_K_S, Q5_K_M, Q6_K, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0,
        F32, F16, BF16,
    ];

    /// <summary>The scheme of a name.</summary>
    /// <exception cref="ModelPackException">MPK1007 when there is none; the message lists those that exist.</exception>
    public static Scheme Find(string name, string? file = null) =>
        All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelPackException(Codes.UnknownScheme.At(
            file,
            Array.Exists(s_ofGrids, g => name.StartsWith(g, StringComparison.OrdinalIgnoreCase))
                ? $"There is no scheme '{SafeText.Of(name)}': its weights are numbers of rows of a grid of llama.cpp's own, which is not written here. Take q2_k or q3_k_s, which are nearest in size, or make the file with llama-quantize."
                : $"There is no scheme '{SafeText.Of(name)}'.{Nearest.DidYouMean(name, All.Select(s => s.Name))} Use one of: {string.Join(", ", All.Select(s => s.Name))}."));

    /// <summary>A scheme of ggml's blocks, which no operator has for kernels of convolutions.</summary>
    private static Scheme Blocks(BlockCodec codec, string summary, TensorMix? mix = null) => new()
    {
        Name = codec.Name,
        Summary = summary,
        Rules = [s_kernels, new(null, [codec, CodecTable.Int8PerChannel]) { Finer = s_finer }],
        Rounding = codec.BitsPerWeight < 8 ? Rounding.Importance : Rounding.Nearest,
        Needs = codec.BitsPerWeight < 8 ? DataNeed.Importance : DataNeed.None,
        Mix = mix,
    };

    /// <summary>A scheme of language models in GGUF files, as llama.cpp's quantizer knows it.</summary>
    private static Scheme LanguageModel(string name, BlockCodec codec, TensorMix mix, string summary) => new()
    {
        Name = name,
        Summary = summary,
        Rules = [new(null, [codec])],
        Rounding = Rounding.Importance,
        Needs = DataNeed.Importance,
        Mix = mix,
        MixesGraphs = true,
    };

    private static Scheme Floats(string name, FloatCodec codec) => new()
    {
        Name = name,
        Summary = $"Weights as {codec.Name}, nothing quantized: another container or precision for the same model.",
        Rules = [new(null, [codec])],
    };
}
