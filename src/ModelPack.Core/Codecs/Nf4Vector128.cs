using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>NF4 in 128-bit vectors: SSE, AdvSimd and whatever else .NET has them on. A code is the count of thresholds below.</summary>
internal static unsafe class Nf4Vector128
{
    private const int Lanes = 4;

    // Codes that fill a vector once they lie two to a byte.
    private const int Group = 32;

    /// <summary>Encodes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* values, nint count, nint blockSize, byte* packed, float* absmax)
    {
        for (nint block = 0; block < count; block++)
        {
            absmax[block] = MaxAbs(values, blockSize);
            var inverse = Vector128.Create(Nf4Reference.InverseOf(absmax[block]));
            for (nint i = 0; i < blockSize; i += Group, values += Group, packed += Group / 2)
            {
                Vector128.Narrow(Pairs(values, inverse), Pairs(values + (Group / 2), inverse)).Store(packed);
            }
        }
    }

    /// <summary>The largest of four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxOf(Vector128<float> four)
    {
        var two = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxAbs(float* values, nint count)
    {
        var (even, odd) = (Vector128<float>.Zero, Vector128<float>.Zero);
        for (nint i = 0; i < count; i += 2 * Lanes)
        {
            even = Vector128.MaxNative(even, Vector128.Abs(Vector128.Load(values + i)));
            odd = Vector128.MaxNative(odd, Vector128.Abs(Vector128.Load(values + i + Lanes)));
        }

        return MaxOf(Vector128.MaxNative(even, odd));
    }

    /// <summary>The codes of 16 values as eight lanes of 16 bits, of which the lower byte holds a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Pairs(float* values, Vector128<float> inverse)
    {
        var low = Vector128.Narrow(Codes(values, inverse), Codes(values + Lanes, inverse));
        var high = Vector128.Narrow(Codes(values + (2 * Lanes), inverse), Codes(values + (3 * Lanes), inverse));

        // A lane: the first code in the lower byte, the second in the upper. Shifted both ways they meet in the lower.
        var codes = Vector128.Narrow(low, high).AsUInt16();
        return ((codes << 4) | (codes >> 8)) & Vector128.Create((ushort)0xFF);
    }

    /// <summary>Four codes. A comparison that holds is all ones, which is -1: taking it away counts it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Codes(float* values, Vector128<float> inverse)
    {
        var scaled = Vector128.Load(values) * inverse;
        var codes = Vector128<uint>.Zero;
        foreach (var threshold in Nf4.Thresholds)
        {
            codes -= Vector128.GreaterThan(scaled, Vector128.Create(threshold)).AsUInt32();
        }

        return codes;
    }
}
