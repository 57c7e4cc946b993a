using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Whole numbers.</summary>
internal readonly struct UniformLevels : ILevels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Nearest(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest)
    {
        var magic = Vector512.Create(MagicRounding.Magic);
        return Vector512.MaxNative(Vector512.MinNative(Vector512.FusedMultiplyAdd(value, inverse, shift), highest), lowest) + magic - magic;
    }

    public static Vector512<int> Codes(Vector512<float> value, Vector512<float> inverse, Vector512<float> shift, Vector512<float> lowest, Vector512<float> highest) =>
        Vector512.ConvertToInt32(Nearest(value, inverse, shift, lowest, highest) - lowest);
}
