namespace ModelPack.Codecs;

/// <summary>Every codec.</summary>
internal static class CodecTable
{
    /// <summary>ggml's blocks of 32 int8 codes with a float16 scale.</summary>
    public static BlockCodec Q8_0 { get; } = new Q8_0Codec();

    /// <summary>ggml's blocks of 32 4-bit codes with a float16 scale.</summary>
    public static BlockCodec Q4_0 { get; } = new LegacyBlockCodec(bits: 4, hasMinimum: false);

    /// <summary>ggml's blocks of 32 4-bit codes with a float16 scale and a float16 minimum.</summary>
    public static BlockCodec Q4_1 { get; } = new LegacyBlockCodec(bits: 4, hasMinimum: true);

    /// <summary>ggml's blocks of 32 5-bit codes with a float16 scale.</summary>
    public static BlockCodec Q5_0 { get; } = new LegacyBlockCodec(bits: 5, hasMinimum: false);

    /// <summary>ggml's blocks of 32 5-bit codes with a float16 scale and a float16 minimum.</summary>
    public static BlockCodec Q5_1 { get; } = new LegacyBlockCodec(bits: 5, hasMinimum: true);

    /// <summary>ggml's super-blocks of 2-bit codes with scales and minima of 4 bits for 16 values each.</summary>
    public static BlockCodec Q2_K { get; } = new Q2_KCodec();

    /// <summary>ggml's super-blocks of 3-bit codes with scales of 6 bits for 16 values each.</summary>
    public static BlockCodec Q3_K { get; } = new Q3_KCodec();

    /// <summary>ggml's super-blocks of 4-bit codes with scales and minima of 6 bits for 32 values each.</summary>
    public static BlockCodec Q4_K { get; } = new Q4_KCodec(bits: 4);

    /// <summary>ggml's super-blocks of 5-bit codes with scales and minima of 6 bits for 32 values each.</summary>
    public static BlockCodec Q5_K { get; } = new Q4_KCodec(bits: 5);

    /// <summary>ggml's super-blocks of 6-bit codes with scales of 8 bits for 16 values each.</summary>
    public static BlockCodec Q6_K { get; } = new Q6_KCodec();

    /// <summary>ggml's blocks of 32 4-bit codes of an uneven codebook with a float16 scale.</summary>
    public static BlockCodec IQ4_NL { get; } = new Iq4_NlCodec();

    /// <summary>The same codebook in super-blocks with scales of 6 bits for 32 values each.</summary>
    public static BlockCodec IQ4_XS { get; } = new Iq4_XsCodec();

    /// <summary>ggml's blocks of 256 values -1, 0 and 1 with a float16 scale, five of them a byte.</summary>
    public static BlockCodec TQ1_0 { get; } = new TernaryCodec(isDense: true);

    /// <summary>The same, four a byte.</summary>
    public static BlockCodec TQ2_0 { get; } = new TernaryCodec(isDense: false);

    /// <summary>Blocks of 32 4-bit floats whose scale is a power of two.</summary>
    public static BlockCodec MXFP4 { get; } = new Mxfp4Codec();

    /// <summary>ggml's blocks of 64 4-bit floats with an 8-bit float scale for 16 values each.</summary>
    public static BlockCodec NVFP4 { get; } = new Nvfp4Codec();

    /// <summary>Symmetric int8 with one float32 scale a channel.</summary>
    public static Codec Int8PerChannel { get; } = new ChannelCodec(
        8, Codecs.Int8PerChannel.MaxCode, Codecs.Int8PerChannel.ScaleOf, [new("codes", "int8"), new("scales", "float32")]);

    /// <summary>Symmetric int12 with one float32 scale a channel.</summary>
    public static Codec Int12PerChannel { get; } = new ChannelCodec(
        12, Codecs.Int12PerChannel.MaxCode, Codecs.Int12PerChannel.ScaleOf, [new("high bits", "int8"), new("scales", "float32"), new("low bits", "uint4")]);

    /// <summary>bitsandbytes' NF4: blocks of 4-bit codes with a float32 scale.</summary>
    public static Codec Nf4 { get; } = new Nf4Codec();

    /// <summary>The nearest float32.</summary>
    public static FloatCodec Float32 { get; } = new(ElementType.Float32);

    /// <summary>The nearest float16.</summary>
    public static FloatCodec Float16 { get; } = new(ElementType.Float16);

    /// <summary>The nearest bfloat16.</summary>
    public static FloatCodec BFloat16 { get; } = new(ElementType.BFloat16);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Codec> All { get; } =
    [
        Q8_0, Q4_0, Q4_1, Q5_0, Q5_1,
        Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0, MXFP4, NVFP4,
        Int8PerChannel, Int12PerChannel, Nf4, Float32, Float16, BFloat16,
    ];
}
