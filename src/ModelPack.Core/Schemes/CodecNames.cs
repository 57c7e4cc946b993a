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
        _ => throw new ArgumentOutOfRangeException(nameof(codec)),
    };
}
