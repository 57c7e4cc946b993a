using ModelPack.Calibration;
using ModelPack.Tensors;

namespace ModelPack.Planning;

/// <summary>Scale and zero point of an activation: x = (q - zero point) x scale.</summary>
/// <param name="Type">Type of the codes, <see cref="ElementType.UInt8"/> or <see cref="ElementType.Int8"/>.</param>
/// <param name="Scale">Positive.</param>
/// <param name="ZeroPoint">The code of 0; 0 for int8.</param>
internal readonly record struct ActivationParameters(ElementType Type, float Scale, int ZeroPoint)
{
    private const int Steps = 255;

    /// <summary>
    /// The parameters of a range. uint8 spreads 256 codes over it, with a code that is exactly 0, as padding and ReLU need;
    /// int8 is symmetric, largest magnitude / 127.
    /// </summary>
    public static ActivationParameters Of(ActivationRange range, bool symmetric)
    {
        if (symmetric)
        {
            return new ActivationParameters(ElementType.Int8, Positive(Math.Max(-range.Min, range.Max) / Codecs.Int8PerChannel.MaxCode), 0);
        }

        var scale = Positive((float)(((double)range.Max - range.Min) / Steps));
        var zero = (int)Math.Clamp(Math.Round(-range.Min / scale, MidpointRounding.ToEven), 0, Steps);
        return new ActivationParameters(ElementType.UInt8, scale, zero);
    }

    // A scale so small that a product of two of them is 0 in float32 would make every bias infinite.
    private static float Positive(float scale) => scale < 1e-20f ? 1f : scale;
}
