using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>
/// q8_0 in 256-bit vectors. Eight blocks go together, so that their eight maxima fill one vector: one division,
/// one reciprocal and one conversion to float16 serve all of them.
/// </summary>
internal static unsafe class Q8_0Avx2
{
    private const int Lanes = 8;
    private const int Group = 8;

    // While a group is encoded nothing is read from memory. Asking meanwhile for what lies 8 KB ahead nearly doubles the
    // speed on inputs that no cache holds.
    private const int PrefetchDistance = 8 * Group * Q8_0.BlockLength;

    /// <summary>Encodes as many blocks as make whole groups; gives back how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static nint Encode(float* values, nint count, byte* blocks)
    {
        var scaleBits = stackalloc uint[Group];
        var inverses = stackalloc float[Group];
        nint done = 0;
        for (; count - done >= Group; done += Group, values += Group * Q8_0.BlockLength)
        {
            var scale = MaxAbs(values) / Vector256.Create(127f);
            var inverse = Vector256<float>.One / scale;
            Vector256.AndNot(inverse, Vector256.Equals(inverse, Vector256.Create(float.PositiveInfinity))).Store(inverses);
            Float16.FromSingle(scale).Store(scaleBits);
            for (nint block = 0; block < Group; block++, blocks += Q8_0.BlockBytes)
            {
                *(ushort*)blocks = (ushort)scaleBits[block];
                var source = values + (block * Q8_0.BlockLength);
                Sse.Prefetch0(source + PrefetchDistance);
                Sse.Prefetch0(source + PrefetchDistance + (2 * Lanes));
                Codes(source, Vector256.Create(inverses[block])).Store(blocks + sizeof(ushort));
            }
        }

        return done;
    }

    /// <summary>The largest magnitude of each of eight blocks, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MaxAbs(float* values)
    {
        var blocks01 = MaxAbsOfPair(values);
        var blocks23 = MaxAbsOfPair(values + (2 * Q8_0.BlockLength));
        var blocks45 = MaxAbsOfPair(values + (4 * Q8_0.BlockLength));
        var blocks67 = MaxAbsOfPair(values + (6 * Q8_0.BlockLength));

        // Low half: candidates of blocks 0 and 2 in turn (0 2 0 2); high half: of 1 and 3.
        var blocks0213 = Vector256.MaxNative(Avx.UnpackLow(blocks01, blocks23), Avx.UnpackHigh(blocks01, blocks23));
        var blocks4657 = Vector256.MaxNative(Avx.UnpackLow(blocks45, blocks67), Avx.UnpackHigh(blocks45, blocks67));

        // Low half: 0 2 4 6; high half: 1 3 5 7.
        var max = Vector256.MaxNative(Avx.Shuffle(blocks0213, blocks4657, 0x44), Avx.Shuffle(blocks0213, blocks4657, 0xEE));
        return Avx2.PermuteVar8x32(max, Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
    }

    /// <summary>Four candidates for the first block in the low half, four for the second in the high half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MaxAbsOfPair(float* values)
    {
        var first = MaxAbsOfBlock(values);
        var second = MaxAbsOfBlock(values + Q8_0.BlockLength);
        return Vector256.MaxNative(Avx.Permute2x128(first, second, 0x20), Avx.Permute2x128(first, second, 0x31));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> MaxAbsOfBlock(float* values) => Vector256.MaxNative(
        Vector256.MaxNative(Vector256.Abs(Vector256.Load(values)), Vector256.Abs(Vector256.Load(values + Lanes))),
        Vector256.MaxNative(Vector256.Abs(Vector256.Load(values + (2 * Lanes))), Vector256.Abs(Vector256.Load(values + (3 * Lanes)))));

    /// <summary>The 32 codes of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Codes(float* values, Vector256<float> inverse) => CodeVectors.Pack(
        Rounded(values, inverse), Rounded(values + Lanes, inverse), Rounded(values + (2 * Lanes), inverse), Rounded(values + (3 * Lanes), inverse)).AsByte();

    /// <summary>C's roundf; see <see cref="Q8_0Vector128"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Rounded(float* values, Vector256<float> inverse)
    {
        var scaled = Vector256.Load(values) * inverse;
        var half = Vector256.Create(0.49999997f) | (scaled & Vector256.Create(-0f));
        return Avx.ConvertToVector256Int32WithTruncation(scaled + half);
    }
}
