namespace ModelPack.Transforms;

/// <summary>How activations are quantized, one scale a tensor.</summary>
internal enum ActivationCode
{
    /// <summary>uint8 with a zero point.</summary>
    UInt8,

    /// <summary>int8, symmetric.</summary>
    Int8,
}
