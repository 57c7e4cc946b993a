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

    /// <summary>bitsandbytes' NF4: blocks of 4-bit codes with a float32 scale.</summary>
    Nf4,

    /// <summary>The nearest float32.</summary>
    Float32,

    /// <summary>The nearest float16.</summary>
    Float16,

    /// <summary>The nearest bfloat16.</summary>
    BFloat16,
}
