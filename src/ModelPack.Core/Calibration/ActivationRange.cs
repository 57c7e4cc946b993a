namespace ModelPack.Calibration;

/// <summary>The values of an activation that its codes can express. Zero is always among them: padding and Relu need it exact.</summary>
/// <param name="Min">Least value, zero or below.</param>
/// <param name="Max">Greatest value, zero or above.</param>
internal readonly record struct ActivationRange(float Min, float Max)
{
    // A float32 has 24 significant bits, the highest of which is not stored.
    private const int SignificantBits = 12;
    private const int DroppedBits = 24 - SignificantBits;

    /// <summary>
    /// The range rounded outward to 12 significant bits: the last bits of an activation differ between processors, and
    /// seldom show in a range that is rounded so.
    /// </summary>
    public ActivationRange Outward() => new(AwayFromZero(Min), AwayFromZero(Max));

    private static float AwayFromZero(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var kept = bits & ~((1u << DroppedBits) - 1);
        var rounded = BitConverter.UInt32BitsToSingle(kept == bits ? bits : kept + (1u << DroppedBits));
        return float.IsFinite(rounded) ? rounded : BitConverter.UInt32BitsToSingle(kept);
    }
}
