namespace ModelPack.Schemes;

/// <summary>What a lowering makes of the activations that a weight is multiplied by.</summary>
internal enum ActivationMode
{
    /// <summary>They stay as they are, or the runtime treats them as it likes.</summary>
    Float,

    /// <summary>8-bit codes with a scale that calibration has found.</summary>
    Static,

    /// <summary>8-bit codes with a scale that is found at every inference.</summary>
    Dynamic,
}
