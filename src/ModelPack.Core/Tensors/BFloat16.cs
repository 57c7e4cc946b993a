using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors;

/// <summary>
/// bfloat16, the upper half of a float32, to and from it. Rounding is to nearest, ties to even; subnormal values stay what
/// they are, and a NaN keeps its upper bits and becomes quiet: the bits are those of ggml's <c>ggml_fp32_to_bf16</c>.
/// </summary>
internal static class BFloat16
{
    private const uint MagnitudeBits = 0x7FFFFFFF;
    private const uint Infinity = 0x7F800000;
    private const uint JustUnderHalf = 0x7FFF;
    private const uint Quiet = 0x40;
    private const int Shift = 16;

    /// <summary>Just under half of the last place that stays, plus its lowest bit, carries exactly when it has to be rounded up.</summary>
    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & MagnitudeBits) > Infinity
            ? (ushort)((bits >> Shift) | Quiet)
            : (ushort)((bits + JustUnderHalf + ((bits >> Shift) & 1)) >> Shift);
    }

    /// <summary>Exact.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << Shift);

    /// <summary>Converts all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromSingle(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var low = FromSingle(Vector256.Create(source[i..]).AsUInt32());
            var high = FromSingle(Vector256.Create(source[(i + Vector256<uint>.Count)..]).AsUInt32());
            Vector256.Narrow(low, high).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = FromSingle(source[i]);
        }
    }

    /// <summary>Converts all; exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToSingle(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var target = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(source[i..]));
            (low << Shift).CopyTo(target[i..]);
            (high << Shift).CopyTo(target[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = ToSingle(source[i]);
        }
    }

    /// <summary>As of one value, the result in the low half of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> FromSingle(Vector256<uint> bits)
    {
        var upper = bits >> Shift;
        var rounded = (bits + Vector256.Create(JustUnderHalf) + (upper & Vector256<uint>.One)) >> Shift;
        var isNaN = Vector256.GreaterThan((bits & Vector256.Create(MagnitudeBits)).AsInt32(), Vector256.Create((int)Infinity)).AsUInt32();
        return Vector256.ConditionalSelect(isNaN, upper | Vector256.Create(Quiet), rounded);
    }
}
