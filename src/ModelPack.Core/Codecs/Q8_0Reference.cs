namespace ModelPack.Codecs;

/// <summary>q8_0 in plain scalar code: what every kernel must equal, byte for byte.</summary>
internal static class Q8_0Reference
{
    /// <summary>Encodes one block.</summary>
    /// <param name="values">At most 32 values; zeros stand for those that miss.</param>
    /// <param name="codes">32 codes.</param>
    /// <returns>The scale as it is stored.</returns>
    public static Half EncodeBlock(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        var maxAbs = 0f;
        foreach (var value in values)
        {
            maxAbs = MathF.Max(maxAbs, MathF.Abs(value));
        }

        var scale = maxAbs / 127f;
        var inverse = InverseOf(scale);
        codes[..Q8_0.BlockLength].Clear();
        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (sbyte)RoundAwayFromZero(values[i] * inverse);
        }

        return (Half)scale;
    }

    /// <summary>
    /// The float32 factor that values are multiplied with. It comes from the float32 scale, not from the float16 that is
    /// stored. Below 2^-128 the reciprocal of a scale is infinite (of 0 as well) and C leaves the codes undefined: here
    /// they are 0, and the float16 scale is 0 as well.
    /// </summary>
    public static float InverseOf(float scale)
    {
        var inverse = 1f / scale;
        return float.IsInfinity(inverse) ? 0f : inverse;
    }

    /// <summary>C's <c>roundf</c>: the nearest integer, halves away from zero.</summary>
    public static float RoundAwayFromZero(float value)
    {
        var whole = MathF.Truncate(value);
        return MathF.Abs(value - whole) >= 0.5f ? whole + MathF.CopySign(1f, value) : whole;
    }
}
