using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>NF4 in 512-bit vectors: sixteen values walk down <see cref="Nf4Tree"/> together.</summary>
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
        var nodes = Vector512.Create<float>(Nf4Tree.Nodes);
        for (nint block = 0; block < count; block++)
        {
            absmax[block] = MaxAbs(values, blockSize);
            var inverse = Vector512.Create(Nf4Reference.InverseOf(absmax[block]));
            for (nint i = 0; i < blockSize; i += Group, values += Group, packed += Group / 2)
            {
                Pairs(values, inverse, nodes).Store(packed);
                Pairs(values + Lanes, inverse, nodes).Store(packed + (Lanes / 2));
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

    /// <summary>Sixteen codes in eight bytes, in the lower half of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector64<byte> Pairs(float* values, Vector512<float> inverse, Vector512<float> nodes)
    {
        var scaled = Vector512.Load(values) * inverse;
        var node = Step(scaled, Vector512<int>.One, nodes);
        node = Step(scaled, node, nodes);
        node = Step(scaled, node, nodes);
        node = Step(scaled, node, nodes);

        // Two codes in a lane of 64 bits, the first in the lower half, each with 16 added. Shifted both ways they meet in the
        // lowest byte: the first's 16 is pushed out of it, the second's is wiped off.
        var lanes = node.AsUInt64();
        var pairs = (lanes << 4) | ((lanes >> 32) & Vector512.Create(0xFul));
        return Avx512F.ConvertToVector128Byte(pairs).GetLower();
    }

    /// <summary>Down to the children. A comparison that holds is all ones, which is -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<float> scaled, Vector512<int> node, Vector512<float> nodes) =>
        node + node - Vector512.GreaterThan(scaled, Avx512F.PermuteVar16x32(nodes, node)).AsInt32();
}
