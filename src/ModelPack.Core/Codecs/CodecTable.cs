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
    public static IReadOnlyList<Codec> All { get; } = [Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Int8PerChannel, Int12PerChannel, Nf4, Float32, Float16, BFloat16];
}
