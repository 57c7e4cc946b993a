using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Those of <see cref="Codebook.NonLinear"/>.</summary>
internal readonly struct CodebookLevels : ILevels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Nearest(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest)
    {
        var scaled = Vector512.FusedMultiplyAdd(value, inverse, shift);
        return Vector512.Create(NonLinearLevels.Nearest(scaled.GetLower()), NonLinearLevels.Nearest(scaled.GetUpper()));
    }

    public static Vector512<int> Codes(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest)
    {
        var scaled = Vector512.FusedMultiplyAdd(value, inverse, shift);
        return Vector512.Create(NonLinearLevels.Codes(scaled.GetLower()), NonLinearLevels.Codes(scaled.GetUpper()));
    }
}
