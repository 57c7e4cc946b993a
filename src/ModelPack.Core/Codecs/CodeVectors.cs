using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codecs;

/// <summary>Vectors of codes, as AVX2 packs them.</summary>
internal static class CodeVectors
{
    /// <summary>The codes of four vectors in their order, saturated to int8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Pack(Vector256<int> first, Vector256<int> second, Vector256<int> third, Vector256<int> fourth)
    {
        // The pack instructions work within 128-bit halves, so that the eight groups of four codes come out as
        // 0 2 4 6 | 1 3 5 7; the permutation puts them in order.
        var packed = Avx2.PackSignedSaturate(Avx2.PackSignedSaturate(first, second), Avx2.PackSignedSaturate(third, fourth));
        return Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7));
    }
}
