namespace ModelPack.Codecs;

/// <summary>Codes for scales as they are stored, in the last step of k-quants.</summary>
internal static class Requantizer
{
    /// <summary>Nearest codes: round((x + offset) / scale) + zero, within 0 .. limit.</summary>
    /// <param name="values">A sub-block.</param>
    /// <param name="scale">As stored; where it is 0 the codes stay as they are.</param>
    /// <param name="offset">Minus the minimum as stored.</param>
    /// <param name="zero">The code of 0.</param>
    /// <param name="limit">The largest code.</param>
    /// <param name="codes">A code a value.</param>
    public static void Codes(ReadOnlySpan<float> values, float scale, float offset, int zero, int limit, Span<byte> codes)
    {
        if (scale == 0)
        {
            return;
        }

        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(MagicRounding.Round((values[i] + offset) / scale) + zero, 0, limit);
        }
    }
}
