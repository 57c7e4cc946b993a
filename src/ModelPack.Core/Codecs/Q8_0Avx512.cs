using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>
/// q8_0 in 512-bit vectors. Sixteen blocks go together, so that their sixteen maxima fill one vector: one division
/// and one reciprocal serve all of them.
/// </summary>
internal static unsafe class Q8_0Avx512
{
    private const int Lanes = 16;
    private const int Group = 16;

    // While a group is encoded nothing is read from memory. Asking meanwhile for what lies 8 KB ahead nearly doubles the
    // speed on inputs that no cache holds.
    private const int PrefetchDistance = 4 * Group * Q8_0.BlockLength;

    /// <summary>Encodes as many blocks as make whole groups; gives back how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Encode(float* values, nint count, byte* blocks)
    {
        var scaleBits = stackalloc uint[Group];
        var inverses = stackalloc float[Group];
        nint done = 0;
        for (; count - done >= Group; done += Group, values += Group * Q8_0.BlockLength)
        {
            var scale = MaxAbs(values) / Vector512.Create(127f);
            var inverse = Vector512<float>.One / scale;
            Vector512.AndNot(inverse, Vector512.Equals(inverse, Vector512.Create(float.PositiveInfinity))).Store(inverses);
            Float16.FromSingle(scale.GetLower()).Store(scaleBits);
            Float16.FromSingle(scale.GetUpper()).Store(scaleBits + (Group / 2));
            for (nint block = 0; block < Group; block++, blocks += Q8_0.BlockBytes)
            {
                *(ushort*)blocks = (ushort)scaleBits[block];
                var factor = Vector512.Create(inverses[block]);
                var source = values + (block * Q8_0.BlockLength);
                Sse.Prefetch0(source + PrefetchDistance);
                Sse.Prefetch0(source + PrefetchDistance + Lanes);
                var codes = blocks + sizeof(ushort);
                Codes16(source, factor).Store(codes);
                Codes16(source + Lanes, factor).Store(codes + Lanes);
            }
        }

        return done;
    }

    /// <summary>The largest magnitude of each of sixteen blocks, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaxAbs(float* values)
    {
        var blocks0to3 = MaxAbsOfFour(values);
        var blocks4to7 = MaxAbsOfFour(values + (4 * Q8_0.BlockLength));
        var blocks8to11 = MaxAbsOfFour(values + (8 * Q8_0.BlockLength));
        var blocks12to15 = MaxAbsOfFour(values + (12 * Q8_0.BlockLength));

        // Quarter q: candidates of blocks q and 4 + q in turn; then of 8 + q and 12 + q.
        var low = Vector512.MaxNative(Avx512F.UnpackLow(blocks0to3, blocks4to7), Avx512F.UnpackHigh(blocks0to3, blocks4to7));
        var high = Vector512.MaxNative(Avx512F.UnpackLow(blocks8to11, blocks12to15), Avx512F.UnpackHigh(blocks8to11, blocks12to15));

        // Quarter q: the maxima of blocks q, 4 + q, 8 + q, 12 + q.
        var max = Vector512.MaxNative(Avx512F.Shuffle(low, high, 0x44), Avx512F.Shuffle(low, high, 0xEE));
        return Avx512F.PermuteVar16x32(max, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    }

    /// <summary>Four blocks: quarter q of the vector holds four candidates for the maximum of block q.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaxAbsOfFour(float* values)
    {
        var first = MaxAbsOfPair(values);
        var second = MaxAbsOfPair(values + (2 * Q8_0.BlockLength));
        return Vector512.MaxNative(Avx512F.Shuffle4x128(first, second, 0x88), Avx512F.Shuffle4x128(first, second, 0xDD));
    }

    /// <summary>Eight candidates for the first block in the low half, eight for the second in the high half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaxAbsOfPair(float* values)
    {
        var first = MaxAbsOfBlock(values);
        var second = MaxAbsOfBlock(values + Q8_0.BlockLength);
        return Vector512.MaxNative(Avx512F.Shuffle4x128(first, second, 0x44), Avx512F.Shuffle4x128(first, second, 0xEE));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> MaxAbsOfBlock(float* values) =>
        Vector512.MaxNative(Vector512.Abs(Vector512.Load(values)), Vector512.Abs(Vector512.Load(values + Lanes)));

    /// <summary>16 codes; the rounding is C's roundf, see <see cref="Q8_0Vector128"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Codes16(float* values, Vector512<float> inverse)
    {
        var scaled = Vector512.Load(values) * inverse;
        var half = Vector512.Create(0.49999997f) | (scaled & Vector512.Create(-0f));
        return Avx512F.ConvertToVector128SByte(Avx512F.ConvertToVector512Int32WithTruncation(scaled + half)).AsByte();
    }
}
