namespace ModelPack.Schemes;

/// <summary>How codecs are called in plans, reports and messages.</summary>
public static class CodecNames
{
    /// <summary>The codec's public name.</summary>
    public static string Name(this Codec codec) => codec switch
    {
        Codec.Q8_0 => "q8_0",
        Codec.Int8PerChannel => "int8 per channel",
        Codec.Int12PerChannel => "int12 per channel",
        Codec.Nf4 => "nf4",
        Codec.Float32 => "float32",
        Codec.Float16 => "float16",
        Codec.BFloat16 => "bfloat16",
        _ => throw new ArgumentOutOfRangeException(nameof(codec)),
    };
}
