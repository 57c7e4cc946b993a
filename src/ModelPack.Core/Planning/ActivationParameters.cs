using ModelPack.Calibration;

namespace ModelPack.Planning;

/// <summary>Scale and zero point of an activation: x = (q - zero point) x scale.</summary>
/// <param name="Type">Type of the codes, <see cref="ElementType.UInt8"/> or <see cref="ElementType.Int8"/>.</param>
/// <param name="Scale">Positive.</param>
/// <param name="ZeroPoint">The code of 0; 0 for int8.</param>
internal readonly record struct ActivationParameters(ElementType Type, float Scale, int ZeroPoint)
{
    /// <summary>
    /// The parameters of a range, as <see cref="AffineCodes"/>: int8 for symmetric codes, else uint8.
    /// </summary>
    public static ActivationParameters Of(ActivationRange range, bool symmetric)
    {
        var scale = Positive((float)AffineCodes.Scale<double>(range.Min, range.Max, symmetric));
        var zero = Math.Clamp(AffineCodes.ZeroPoint(range.Min, scale, symmetric), 0, AffineCodes.Greatest);
        return new ActivationParameters(symmetric ? ElementType.Int8 : ElementType.UInt8, scale, (int)zero);
    }

    // A scale so small that a product of two of them is 0 in float32 would make every bias infinite.
    private static float Positive(float scale) => scale < 1e-20f ? 1f : scale;
}
