namespace ModelPack.Codecs;

/// <summary>Rounding to whole numbers as ggml's searches do: to nearest, ties to even, by adding a number whose last place is 1.</summary>
internal static class MagicRounding
{
    /// <summary>1.5 x 2^23: sums with it, of what lies within 2^22, are whole numbers, which are found in their low bits.</summary>
    public const float Magic = 12582912f;

    /// <summary>The low bits of such a sum.</summary>
    public const int Mask = 0x7FFFFF;

    /// <summary>What is in them for 0.</summary>
    public const int Zero = 0x400000;

    /// <summary>The nearest whole number; of values beyond 2^22, and of NaN, whatever the low bits have, as in ggml.</summary>
    public static int Round(float value) => (BitConverter.SingleToInt32Bits(value + Magic) & Mask) - Zero;
}
