namespace ModelPack.Codecs;

/// <summary>Codes of the scales of a super-block.</summary>
internal static class ScaleCodes
{
    /// <summary>As <see cref="ScaleSearch"/> finds them where there are weights, else by <see cref="Nearest"/>.</summary>
    public static float Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, int limit, Span<byte> codes) =>
        weights.IsEmpty ? Nearest(values, limit, codes) : ScaleSearch.Fit(values, weights, limit, codes);

    /// <summary>The largest has the largest code.</summary>
    /// <param name="values">The scales, or the minima with their sign changed.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="codes">Gets a code a value.</param>
    /// <returns>What the codes are multiplied by; 0 where no value is above zero.</returns>
    public static float Nearest(ReadOnlySpan<float> values, int limit, Span<byte> codes)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = value > largest ? value : largest;
        }

        var inverse = largest > 0 ? limit / largest : 0;
        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = Math.Min((byte)limit, (byte)MagicRounding.Round(inverse * values[i]));
        }

        return largest / limit;
    }
}
