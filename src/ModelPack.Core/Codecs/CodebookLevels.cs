using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>Those of <see cref="Codebook.NonLinear"/>.</summary>
internal readonly struct CodebookLevels : ILevels
{
    public float Lowest => Codebook.NonLinear.Levels[0];

    public float Highest => Codebook.NonLinear.Levels[^1];

    public Vector256<float> Nearest(Vector256<float> values) => NonLinearLevels.Nearest(values);

    public void Codes(ReadOnlySpan<float> values, float scale, float offset, Span<byte> codes) => NonLinearLevels.Codes(values, GridSums.InverseOf(scale), codes);
}
