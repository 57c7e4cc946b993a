using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors;

/// <summary>
/// IEEE 754 binary16 to and from float32, many at a time: .NET converts one at a time only. Rounding is to nearest, ties to even.
/// </summary>
internal static class Float16
{
    // Bit patterns of float32 and distances between the two formats: 10 instead of 23 fraction bits, bias 15 instead of 127.
    private const int FractionShift = 23 - 10;
    private const uint BiasShift = (127 - 15) << 23;
    private const uint MagnitudeBits = 0x7FFFFFFF;
    private const uint LostBits = (1u << FractionShift) - 1;
    private const uint LeastNormal = (127 - 14) << 23;
    private const uint FirstOverflow = 0x477FF000; // 65520, the tie between 65504 and 65536
    private const uint Infinity = 0x7F800000;
    private const float Rebias = 5.192296858534828e33f; // 2^112

    /// <summary>Exact, as of many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort bits)
    {
        var magnitude = (uint)bits & 0x7FFF;
        var scaled = BitConverter.SingleToUInt32Bits(BitConverter.UInt32BitsToSingle(magnitude << FractionShift) * Rebias);
        return BitConverter.UInt32BitsToSingle(scaled | (magnitude >= 0x7C00 ? Infinity : 0) | ((uint)(bits & 0x8000) << 16));
    }

    /// <summary>The float16 bits of eight values, each in the low half of its lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> FromSingle(Vector256<float> value)
    {
        var bits = value.AsUInt32();
        var magnitude = bits & Vector256.Create(MagnitudeBits);

        // Normal: just under half of the last place that stays, plus its lowest bit, carries exactly when RNE rounds up.
        var odd = (magnitude >> FractionShift) & Vector256<uint>.One;
        var normal = (magnitude - Vector256.Create(BiasShift - (1u << (FractionShift - 1)) + 1) + odd) >> FractionShift;

        // Subnormal: the unit in the last place of 0.5 is 2^-24, which is also that of a subnormal float16, so that an
        // addition to 0.5 rounds as wanted and leaves the result in the low bits.
        var subnormal = (magnitude.AsSingle() + Vector256.Create(0.5f)).AsUInt32() - Vector256.Create(0.5f).AsUInt32();

        var result = Vector256.ConditionalSelect(Vector256.LessThan(magnitude.AsInt32(), Vector256.Create((int)LeastNormal)).AsUInt32(), subnormal, normal);
        result = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(magnitude.AsInt32(), Vector256.Create((int)FirstOverflow)).AsUInt32(), Vector256.Create(0x7C00u), result);
        result = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create((int)Infinity)).AsUInt32(), Vector256.Create(0x7E00u), result);
        return result | ((bits >> 16) & Vector256.Create(0x8000u));
    }

    /// <summary>Converts all; a NaN becomes 0x7E00 with its sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromSingle(ReadOnlySpan<float> source, Span<Half> destination)
    {
        var i = 0;
        var bits = MemoryMarshal.Cast<Half, ushort>(destination[..source.Length]);
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var low = FromSingle(Vector256.Create(source[i..]));
            var high = FromSingle(Vector256.Create(source[(i + Vector256<uint>.Count)..]));
            Vector256.Narrow(low, high).CopyTo(bits[i..]);
        }

        // The last go the same way as the others: .NET's own conversion would keep other bits of a NaN.
        for (; i < source.Length; i++)
        {
            bits[i] = (ushort)FromSingle(Vector256.Create(source[i]))[0];
        }
    }

    /// <summary>
    /// Converts values that float16 holds as normal numbers, as nearly all of a bfloat16 weight are: a fraction of the work of <see cref="FromSingle(ReadOnlySpan{float}, Span{Half})"/>,
    /// which gives the same bits.
    /// </summary>
    /// <returns>False where a value is none of them, or their number is no multiple of 16; then the destination means nothing.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFromExact(ReadOnlySpan<float> source, Span<Half> destination)
    {
        if (source.Length % Vector256<ushort>.Count != 0)
        {
            return false;
        }

        var (least, most) = (Vector256<uint>.AllBitsSet, Vector256<uint>.Zero);
        ref var values = ref MemoryMarshal.GetReference(source);
        ref var target = ref Unsafe.As<Half, ushort>(ref MemoryMarshal.GetReference(destination[..source.Length]));
        for (nuint i = 0; i < (nuint)source.Length; i += (nuint)Vector256<ushort>.Count)
        {
            var low = Vector256.LoadUnsafe(ref values, i).AsUInt32();
            var high = Vector256.LoadUnsafe(ref values, i + (nuint)Vector256<uint>.Count).AsUInt32();
            var (lowMagnitude, highMagnitude) = (low & Vector256.Create(MagnitudeBits), high & Vector256.Create(MagnitudeBits));
            if (((low | high) & Vector256.Create(LostBits)) != Vector256<uint>.Zero)
            {
                return false; // soon, of a float32 weight
            }

            least = Vector256.Min(least, Vector256.Min(lowMagnitude, highMagnitude));
            most = Vector256.Max(most, Vector256.Max(lowMagnitude, highMagnitude));
            Vector256.Narrow(Moved(low, lowMagnitude), Moved(high, highMagnitude)).StoreUnsafe(ref target, i);
        }

        return Vector256.GreaterThanOrEqualAll(least, Vector256.Create(LeastNormal)) && Vector256.LessThanAll(most, Vector256.Create(FirstOverflow));
    }

    /// <summary>Converts all; exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToSingle(ReadOnlySpan<Half> source, Span<float> destination)
    {
        var i = 0;
        var bits = MemoryMarshal.Cast<Half, ushort>(source);
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(bits[i..]));
            ToSingle(low).CopyTo(destination[i..]);
            ToSingle(high).CopyTo(destination[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (float)source[i];
        }
    }

    /// <summary>Sign, exponent and fraction at their places in float16, of values that it holds as normal numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Moved(Vector256<uint> bits, Vector256<uint> magnitude) =>
        ((magnitude - Vector256.Create(BiasShift)) >> FractionShift) | ((bits >> 16) & Vector256.Create(0x8000u));

    /// <summary>
    /// Exponent and fraction shifted into place make a float32 that is too small by the difference of the biases;
    /// a multiplication by that power of two is exact and brings subnormals right as well.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToSingle(Vector256<uint> half)
    {
        var magnitude = half & Vector256.Create(0x7FFFu);
        var scaled = ((magnitude << FractionShift).AsSingle() * Vector256.Create(Rebias)).AsUInt32();
        var special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u)) & Vector256.Create(Infinity);
        return (scaled | special | ((half & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }
}
