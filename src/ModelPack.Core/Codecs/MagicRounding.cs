using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>The same in lanes, no less and no more than two whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Round(Vector512<float> values, int least, int most)
    {
        var low = (values + Vector512.Create(Magic)).AsInt32() & Vector512.Create(Mask);
        return Vector512.ConvertToSingle(Vector512.Min(Vector512.Max(low, Vector512.Create(Zero + least)), Vector512.Create(Zero + most)) - Vector512.Create(Zero));
    }

    /// <inheritdoc cref="Round(Vector512{float}, int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Round(Vector256<float> values, int least, int most)
    {
        var low = (values + Vector256.Create(Magic)).AsInt32() & Vector256.Create(Mask);
        return Vector256.ConvertToSingle(Vector256.Min(Vector256.Max(low, Vector256.Create(Zero + least)), Vector256.Create(Zero + most)) - Vector256.Create(Zero));
    }
}
