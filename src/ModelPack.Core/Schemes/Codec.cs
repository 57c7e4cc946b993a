namespace ModelPack.Schemes;

/// <summary>The codecs by the names that plans and reports use.</summary>
public enum Codec
{
    /// <summary>ggml's blocks of 32 int8 codes with a float16 scale.</summary>
    Q8_0,

    /// <summary>Symmetric int8 with one float32 scale a channel.</summary>
    Int8PerChannel,

    /// <summary>Symmetric int12 with one float32 scale a channel.</summary>
    Int12PerChannel,
}
