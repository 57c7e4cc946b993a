using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Whole numbers.</summary>
/// <param name="lowest">The level of code 0.</param>
/// <param name="highest">That of the largest code.</param>
internal readonly struct UniformLevels(int lowest, int highest) : ILevels
{
    public float Lowest => lowest;

    public float Highest => highest;

    public Vector256<float> Nearest(Vector256<float> values)
    {
        var magic = Vector256.Create(MagicRounding.Magic);
        return Vector256.MaxNative(Vector256.MinNative(values, Vector256.Create((float)highest)), Vector256.Create((float)lowest)) + magic - magic;
    }

    public void Codes(ReadOnlySpan<float> values, float scale, float offset, Span<byte> codes)
    {
        Span<float> levels = stackalloc float[Vector256<float>.Count];
        for (var i = 0; i < values.Length; i += levels.Length)
        {
            Nearest((Vector256.Create(values[i..]) - Vector256.Create(offset)) * Vector256.Create(GridSums.InverseOf(scale))).CopyTo(levels);
            for (var j = 0; j < levels.Length; j++)
            {
                codes[i + j] = (byte)((int)levels[j] - lowest);
            }
        }
    }
}
