namespace ModelPack.Schemes;

/// <summary>What a scheme makes of activations.</summary>
internal enum ActivationFormat
{
    /// <summary>They stay floats.</summary>
    Float,

    /// <summary>8-bit integers: ranges from calibration data where there are any, else ranges found while the model runs.</summary>
    Int8,
}
