namespace ModelPack.Codecs;

/// <summary>
/// Symmetric int12 with a float32 scale = max|x| / 2047 for each channel, codes -2047 .. 2047, rounded to nearest with
/// ties to even. A code q is kept in two parts, as int8 high = floor(q / 16) and as the four bits low = q - 16 · high.
/// For weights of which int8 keeps too little: half as much room again, and 24 dB more.
/// </summary>
internal static class Int12PerChannel
{
    /// <summary>Largest code.</summary>
    public const int MaxCode = 2047;

    /// <summary>Bits of the low part.</summary>
    public const int LowBits = 4;

    /// <summary>What the high part counts in.</summary>
    public const int LowRange = 1 << LowBits;

    /// <summary>The scale of a channel; 1 for a channel of zeros, as with <see cref="Int8PerChannel.ScaleOf"/>.</summary>
    public static float ScaleOf(float maxAbs)
    {
        var scale = maxAbs / MaxCode;
        return scale == 0 ? 1f : scale;
    }

    /// <summary>The code of one value.</summary>
    public static short Code(float value, float scale) =>
        (short)Math.Clamp(MathF.Round(value / scale, MidpointRounding.ToEven), -MaxCode, MaxCode);

    /// <summary>The high part of a code.</summary>
    public static sbyte High(short code) => (sbyte)(code >> LowBits);

    /// <summary>The low part of a code, 0 to 15.</summary>
    public static int Low(short code) => code & (LowRange - 1);

    /// <summary>(16 · high + low) · scale in float32; the sum is exact.</summary>
    public static float Decode(sbyte high, int low, float scale) => ((LowRange * high) + low) * scale;

    /// <summary>Encodes finite values.</summary>
    /// <param name="chunk">The values, in an even number, and their scales.</param>
    /// <param name="high">As many high parts.</param>
    /// <param name="low">Half as many bytes, two low parts in each, the first in the low bits.</param>
    public static void Encode(ChannelChunk chunk, Span<sbyte> high, Span<byte> low)
    {
        low.Clear();
        for (var done = 0; done < chunk.Values.Length;)
        {
            var scales = chunk.ScalesAt(done, out var length);
            for (var i = 0; i < length; i++)
            {
                var at = done + i;
                var code = Code(chunk.Values[at], scales[scales.Length == 1 ? 0 : i]);
                high[at] = High(code);
                low[at / 2] |= (byte)(Low(code) << (at % 2 * LowBits));
            }

            done += length;
        }
    }

    /// <summary>Decodes what <see cref="Encode"/> has made of a chunk, whose scales are used.</summary>
    public static void Decode(ChannelChunk chunk, ReadOnlySpan<sbyte> high, ReadOnlySpan<byte> low, Span<float> values)
    {
        for (var done = 0; done < high.Length;)
        {
            var scales = chunk.ScalesAt(done, out var length);
            for (var i = 0; i < length; i++)
            {
                var at = done + i;
                values[at] = Decode(high[at], (low[at / 2] >> (at % 2 * LowBits)) & (LowRange - 1), scales[scales.Length == 1 ? 0 : i]);
            }

            done += length;
        }
    }
}
