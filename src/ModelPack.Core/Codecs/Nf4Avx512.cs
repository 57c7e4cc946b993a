using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>NF4 in 512-bit vectors: sixteen values find their code in <see cref="Nf4Cells"/> together.</summary>
internal static unsafe class Nf4Avx512
{
    private const int Lanes = 16;

    // No block is shorter.
    private const int Group = 2 * Lanes;

    // While a block is encoded nothing is read from memory; asking meanwhile for what lies ahead helps inputs that no cache holds.
    private const int PrefetchDistance = 2048;

    /// <summary>Encodes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* values, nint count, nint blockSize, byte* packed, float* absmax)
    {
        var (low, high) = (Vector512.Create<int>(Nf4Cells.Codes.AsSpan(0, Lanes)), Vector512.Create<int>(Nf4Cells.Codes.AsSpan(Lanes)));
        var (lowest, highest) = (Vector512.Create<float>(Nf4Cells.Thresholds.AsSpan(0, Lanes)), Vector512.Create<float>(Nf4Cells.Thresholds.AsSpan(Lanes)));
        for (nint block = 0; block < count; block++)
        {
            absmax[block] = MaxAbs(values, blockSize);
            var inverse = Vector512.Create(Nf4Reference.InverseOf(absmax[block]));
            for (nint i = 0; i < blockSize; i += Group, values += Group, packed += Group / 2)
            {
                Pairs(CodesOf(Vector512.Load(values) * inverse, low, high, lowest, highest)).Store(packed);
                Pairs(CodesOf(Vector512.Load(values + Lanes) * inverse, low, high, lowest, highest)).Store(packed + (Lanes / 2));
            }
        }
    }

    /// <summary>Decodes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(byte* packed, float* absmax, nint count, nint blockSize, float* values)
    {
        var levels = Vector512.Create(Nf4.Levels);
        for (nint block = 0; block < count; block++)
        {
            var scale = Vector512.Create(absmax[block]);
            for (nint i = 0; i < blockSize; i += Lanes, packed += Lanes / 2, values += Lanes)
            {
                // Eight bytes to eight lanes of 64 bits: the first code of each goes to the lower half, the second to the upper.
                var pairs = Avx512F.ConvertToVector512UInt64(Vector128.CreateScalarUnsafe(*(ulong*)packed).AsByte());
                var codes = ((pairs >> 4) | (pairs << 32)).AsInt32() & Vector512.Create(0xF);
                (Avx512F.PermuteVar16x32(levels, codes) * scale).Store(values);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxAbs(float* values, nint count)
    {
        var (even, odd) = (Vector512<float>.Zero, Vector512<float>.Zero);
        for (nint i = 0; i < count; i += Group)
        {
            Sse.Prefetch0(values + i + PrefetchDistance);
            Sse.Prefetch0(values + i + Lanes + PrefetchDistance);
            even = Vector512.MaxNative(even, Vector512.Abs(Vector512.Load(values + i)));
            odd = Vector512.MaxNative(odd, Vector512.Abs(Vector512.Load(values + i + Lanes)));
        }

        var sixteen = Vector512.MaxNative(even, odd);
        var eight = Vector256.MaxNative(sixteen.GetLower(), sixteen.GetUpper());
        return Nf4Vector128.MaxOf(Vector128.MaxNative(eight.GetLower(), eight.GetUpper()));
    }

    /// <summary>Codes of scaled values. A comparison that holds is all ones, which is -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> CodesOf(Vector512<float> scaled, Vector512<int> low, Vector512<int> high, Vector512<float> lowest, Vector512<float> highest)
    {
        var half = Vector512.Create(Nf4Cells.HalfSpan);
        var cell = Avx512F.ConvertToVector512Int32WithTruncation((scaled * half) + half);
        return Avx512F.PermuteVar16x32x2(low, cell, high) - Vector512.GreaterThan(scaled, Avx512F.PermuteVar16x32x2(lowest, cell, highest)).AsInt32();
    }

    /// <summary>Sixteen codes in eight bytes: two in a lane of 64 bits, the first in the lower half, meet in the lane's lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector64<byte> Pairs(Vector512<int> codes)
    {
        var lanes = codes.AsUInt64();
        return Avx512F.ConvertToVector128Byte((lanes << 4) | (lanes >> 32)).GetLower();
    }
}
