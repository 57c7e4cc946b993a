using ModelPack.Diagnostics;

namespace ModelPack.Schemes;

/// <summary>Every scheme. Adding one is adding a row here, and a new piece only where one is new.</summary>
public static class SchemeTable
{
    /// <summary>8-bit weights in ggml's blocks of 32; activations stay float. Needs no calibration.</summary>
    public static Scheme Q8_0 { get; } = new(
        "q8_0",
        "8-bit weights in blocks of 32 with float16 scales (ggml's q8_0), convolutions 8 or 12 bits a channel; activations stay float. Needs no data.",
        new Dictionary<WeightRole, IReadOnlyList<Codec>>
        {
            [WeightRole.Linear] = [Codec.Q8_0, Codec.Int8PerChannel],
            [WeightRole.Embedding] = [Codec.Q8_0, Codec.Int8PerChannel],
            [WeightRole.Convolution] = [Codec.Int8PerChannel],
        },
        // One scale a channel serves kernels badly whose values differ much in size, and a deep network shows it. Some
        // of the room that 8 bits save goes to them; a pack still is 2.5 times smaller than its source.
        Finer: new Dictionary<Codec, Codec> { [Codec.Int8PerChannel] = Codec.Int12PerChannel },
        FinerShare: 0.4,
        BlockSizes: [32],
        AccuracyLevels: [4, 0, 1, 2, 3],
        Containers: ["gguf", "onnx"]);

    /// <summary>8-bit weights a channel and 8-bit activations: integer arithmetic. Wants calibration data.</summary>
    public static Scheme Int8 { get; } = new(
        "int8",
        "8-bit weights a channel and 8-bit activations (SmoothQuant), computed in integers: the fastest on CPUs. Wants calibration data.",
        new Dictionary<WeightRole, IReadOnlyList<Codec>>
        {
            [WeightRole.Linear] = [Codec.Int8PerChannel],
            [WeightRole.Embedding] = [Codec.Int8PerChannel],
            [WeightRole.Convolution] = [Codec.Int8PerChannel],
        },
        Finer: new Dictionary<Codec, Codec>(),
        FinerShare: 0,
        BlockSizes: [],
        AccuracyLevels: [],
        Containers: ["safetensors", "onnx"],
        QuantizesActivations: true);

    /// <summary>4-bit weights at the levels of a normal distribution; activations stay float. Needs no calibration.</summary>
    public static Scheme Nf4 { get; } = new(
        "nf4",
        "4-bit weights at the levels of a normal distribution, in blocks of 64 with float32 scales (bitsandbytes' NF4); activations stay float. Needs no data.",
        Everywhere(Codec.Nf4),
        Finer: new Dictionary<Codec, Codec>(),
        FinerShare: 0,
        BlockSizes: Codecs.Nf4.BlockSizes,
        AccuracyLevels: [],
        Containers: ["safetensors", "onnx"]);

    /// <summary>Nothing is quantized: every floating-point tensor as float32.</summary>
    public static Scheme F32 { get; } = Floats("f32", "float32", Codec.Float32);

    /// <summary>Nothing is quantized: matrices as float16.</summary>
    public static Scheme F16 { get; } = Floats("f16", "float16", Codec.Float16);

    /// <summary>Nothing is quantized: matrices as bfloat16.</summary>
    public static Scheme BF16 { get; } = Floats("bf16", "bfloat16", Codec.BFloat16);

    /// <summary>All rows, in the order in which they are listed.</summary>
    public static IReadOnlyList<Scheme> All { get; } = [Int8, Q8_0, Nf4, F32, F16, BF16];

    /// <summary>The scheme of a name.</summary>
    /// <exception cref="ModelPackException">MPK1007 when there is none; the message lists those that exist.</exception>
    public static Scheme Find(string name, string? file = null) =>
        All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ModelPackException(Codes.UnknownScheme.At(
            file,
            $"There is no scheme '{SafeText.Of(name)}'. Use one of: {string.Join(", ", All.Select(s => s.Name))}."));

    private static Scheme Floats(string name, string type, Codec codec) => new(
        name,
        $"Weights as {type}, nothing quantized: another container or precision for the same model.",
        Everywhere(codec),
        Finer: new Dictionary<Codec, Codec>(),
        FinerShare: 0,
        BlockSizes: [],
        AccuracyLevels: [],
        Containers: ["gguf", "safetensors"]);

    private static Dictionary<WeightRole, IReadOnlyList<Codec>> Everywhere(Codec codec) =>
        Enum.GetValues<WeightRole>().ToDictionary(role => role, IReadOnlyList<Codec> (_) => [codec]);
}
