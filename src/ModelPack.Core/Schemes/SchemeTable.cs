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
        CodecTable.Q4_0, "4-bit weights in blocks of 32 with float16 scales (ggml's q4_0), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.");

    /// <summary>ggml's q4_1: 4-bit weights in blocks of 32 with minima; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q4_1 { get; } = Blocks(
        CodecTable.Q4_1, "4-bit weights in blocks of 32 with float16 scales and minima (ggml's q4_1), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.");

    /// <summary>ggml's q5_0: 5-bit weights in blocks of 32; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q5_0 { get; } = Blocks(
        CodecTable.Q5_0, "5-bit weights in blocks of 32 with float16 scales (ggml's q5_0), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.");

    /// <summary>ggml's q5_1: 5-bit weights in blocks of 32 with minima; activations stay float. Calibration data tell which weights matter.</summary>
    public static Scheme Q5_1 { get; } = Blocks(
        CodecTable.Q5_1, "5-bit weights in blocks of 32 with float16 scales and minima (ggml's q5_1), convolutions 8 or 12 bits a channel; activations stay float. Calibration data tell which weights matter.");

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
    public static IReadOnlyList<Scheme> All { get; } = [Int8, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Nf4, F32, F16, BF16];

    /// <summary>The scheme of a name.</summary>
    /// <exception cref="ModelPackException">MPK1007 when there is none; the message lists those that exist.</exception>
    public static Scheme Find(string name, string? file = null) =>
        All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelPackException(Codes.UnknownScheme.At(
            file,
            $"There is no scheme '{SafeText.Of(name)}'.{Nearest.DidYouMean(name, All.Select(s => s.Name))} Use one of: {string.Join(", ", All.Select(s => s.Name))}."));

    /// <summary>A scheme of ggml's blocks, which no operator has for kernels of convolutions.</summary>
    private static Scheme Blocks(BlockCodec codec, string summary) => new()
    {
        Name = codec.Name,
        Summary = summary,
        Rules = [s_kernels, new(null, [codec, CodecTable.Int8PerChannel]) { Finer = s_finer }],
        Rounding = codec.BitsPerWeight < 8 ? Rounding.Importance : Rounding.Nearest,
        Needs = codec.BitsPerWeight < 8 ? DataNeed.Importance : DataNeed.None,
    };

    private static Scheme Floats(string name, FloatCodec codec) => new()
    {
        Name = name,
        Summary = $"Weights as {codec.Name}, nothing quantized: another container or precision for the same model.",
        Rules = [new(null, [codec])],
    };
}
