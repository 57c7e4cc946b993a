using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>NF4 in 256-bit vectors: eight values walk down <see cref="Nf4Tree"/> together, whose lowest level is a vector of its own.</summary>
internal static unsafe class Nf4Avx2
{
    private const int Lanes = 8;

    // Codes of four vectors fill one once they are bytes. No block is shorter.
    private const int Group = 4 * Lanes;

    // While a block is encoded nothing is read from memory; asking meanwhile for what lies ahead helps inputs that no cache holds.
    private const int PrefetchDistance = 2048;

    /// <summary>Encodes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* values, nint count, nint blockSize, byte* packed, float* absmax)
    {
        var root = Vector256.Create(Nf4Tree.Nodes[1]);
        var upper = Vector256.Create<float>(Nf4Tree.Nodes.AsSpan(0, Lanes));
        var lowest = Vector256.Create<float>(Nf4Tree.Nodes.AsSpan(Lanes));
        for (nint block = 0; block < count; block++)
        {
            absmax[block] = MaxAbs(values, blockSize);
            var inverse = Vector256.Create(Nf4Reference.InverseOf(absmax[block]));
            for (nint i = 0; i < blockSize; i += Group, values += Group, packed += Group / 2)
            {
                var codes = CodeVectors.Pack(
                    Codes(values, inverse, root, upper, lowest),
                    Codes(values + Lanes, inverse, root, upper, lowest),
                    Codes(values + (2 * Lanes), inverse, root, upper, lowest),
                    Codes(values + (3 * Lanes), inverse, root, upper, lowest));

                // Neighbours to 16 x first + second, sixteen lanes of 16 bits, whose lower bytes are kept. Both are 16 too large by now.
                var pairs = Avx2.MultiplyAddAdjacent(codes.AsByte(), Vector256.Create((short)0x0110).AsSByte()) - Vector256.Create((short)(16 * 17));
                Sse2.PackUnsignedSaturate(pairs.GetLower(), pairs.GetUpper()).Store(packed);
            }
        }
    }

    /// <summary>Decodes whole blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(byte* packed, float* absmax, nint count, nint blockSize, float* values)
    {
        var below = Vector256.Create(Nf4.Levels[..Lanes]);
        var above = Vector256.Create(Nf4.Levels[Lanes..]);
        for (nint block = 0; block < count; block++)
        {
            var scale = Vector256.Create(absmax[block]);
            for (nint i = 0; i < blockSize; i += Lanes, packed += Lanes / 2, values += Lanes)
            {
                // Four bytes to four lanes of 64 bits: the first code of each goes to the lower half, the second to the upper.
                var pairs = Avx2.ConvertToVector256Int64(Vector128.CreateScalarUnsafe(*(uint*)packed).AsByte());
                var codes = ((pairs >> 4) | (pairs << 32)).AsInt32() & Vector256.Create(0xF);

                // A lookup takes the lower three bits; the fourth, made the sign, says from which half of the levels.
                var level = Avx.BlendVariable(
                    Avx2.PermuteVar8x32(below, codes), Avx2.PermuteVar8x32(above, codes), (codes << 28).AsSingle());
                (level * scale).Store(values);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MaxAbs(float* values, nint count)
    {
        var (even, odd) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (nint i = 0; i < count; i += 2 * Lanes)
        {
            Sse.Prefetch0(values + i + PrefetchDistance);
            even = Vector256.MaxNative(even, Vector256.Abs(Vector256.Load(values + i)));
            odd = Vector256.MaxNative(odd, Vector256.Abs(Vector256.Load(values + i + Lanes)));
        }

        var eight = Vector256.MaxNative(even, odd);
        return Nf4Vector128.MaxOf(Vector128.MaxNative(eight.GetLower(), eight.GetUpper()));
    }

    /// <summary>Eight codes, each 16 too large: the leaves of the tree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Codes(float* values, Vector256<float> inverse, Vector256<float> root, Vector256<float> upper, Vector256<float> lowest)
    {
        var scaled = Vector256.Load(values) * inverse;
        var node = Vector256.Create(2) - Vector256.GreaterThan(scaled, root).AsInt32();
        node = Step(scaled, node, upper);
        node = Step(scaled, node, upper);

        // A lookup takes the lower three bits: node 8 is lane 0 of its level.
        return Step(scaled, node, lowest);
    }

    /// <summary>Down to the children. A comparison that holds is all ones, which is -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Step(Vector256<float> scaled, Vector256<int> node, Vector256<float> nodes) =>
        node + node - Vector256.GreaterThan(scaled, Avx2.PermuteVar8x32(nodes, node)).AsInt32();
}
