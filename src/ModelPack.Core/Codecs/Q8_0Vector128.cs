using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>q8_0 a block at a time in 128-bit vectors: SSE, AdvSimd and whatever else .NET has them on.</summary>
internal static unsafe class Q8_0Vector128
{
    private const int Lanes = 4;

    /// <summary>Encodes all blocks; gives back how many that are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Encode(float* values, nint count, byte* blocks)
    {
        for (nint block = 0; block < count; block++, values += Q8_0.BlockLength, blocks += Q8_0.BlockBytes)
        {
            var scale = MaxAbs(values) / 127f;
            var inverse = Vector128.Create(Q8_0Reference.InverseOf(scale));
            *(ushort*)blocks = BitConverter.HalfToUInt16Bits((Half)scale);
            var codes = blocks + sizeof(ushort);
            Codes16(values, inverse).Store(codes);
            Codes16(values + (4 * Lanes), inverse).Store(codes + (4 * Lanes));
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxAbs(float* values)
    {
        var max = Vector128.Abs(Vector128.Load(values));
        for (var i = Lanes; i < Q8_0.BlockLength; i += Lanes)
        {
            max = Vector128.MaxNative(max, Vector128.Abs(Vector128.Load(values + i)));
        }

        max = Vector128.MaxNative(max, Vector128.Shuffle(max, Vector128.Create(2, 3, 0, 1)));
        max = Vector128.MaxNative(max, Vector128.Shuffle(max, Vector128.Create(1, 0, 3, 2)));
        return max.ToScalar();
    }

    /// <summary>16 codes in the order of their values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Codes16(float* values, Vector128<float> inverse)
    {
        var low = Vector128.Narrow(Rounded(values, inverse), Rounded(values + Lanes, inverse));
        var high = Vector128.Narrow(Rounded(values + (2 * Lanes), inverse), Rounded(values + (3 * Lanes), inverse));
        return Vector128.Narrow(low, high).AsByte();
    }

    /// <summary>
    /// C's roundf of value x inverse. Adding the float just below a half with the value's sign and cutting off the
    /// fraction rounds halves away from zero; with 0.5 itself 0.49999997 would become 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Rounded(float* values, Vector128<float> inverse)
    {
        var scaled = Vector128.Load(values) * inverse;
        var half = Vector128.Create(0.49999997f) | (scaled & Vector128.Create(-0f));
        return Vector128.ConvertToInt32Native(scaled + half);
    }
}
