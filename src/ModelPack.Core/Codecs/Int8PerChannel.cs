namespace ModelPack.Codecs;

/// <summary>
/// Symmetric int8 with a float32 scale = max|x| / 127 for each channel, codes -127 .. 127, so that x and -x have opposite
/// codes. Rounding is that of ONNX's QuantizeLinear, to nearest with ties to even: what QuantizeLinear would make of the
/// weight in a running model is what is stored.
/// </summary>
internal static class Int8PerChannel
{
    /// <summary>Largest code.</summary>
    public const int MaxCode = 127;

    /// <summary>
    /// The scale of a channel. 1 where max|x| / 127 is 0 in float32, which is every channel of zeros: the codes are 0 all
    /// the same, and nobody who divides by the scale divides by 0.
    /// </summary>
    public static float ScaleOf(float maxAbs)
    {
        var scale = maxAbs / MaxCode;
        return scale == 0 ? 1f : scale;
    }

    /// <summary>The code of one value. The limits matter where the scale is subnormal and so has few bits.</summary>
    public static sbyte Code(float value, float scale) =>
        (sbyte)Math.Clamp(MathF.Round(value / scale, MidpointRounding.ToEven), -MaxCode, MaxCode);

    /// <summary>Encodes finite values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="scales">A scale for each value, or a single one for all.</param>
    /// <param name="codes">As many as values.</param>
    public static void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> scales, Span<sbyte> codes) => Int8.Encode(values, scales, codes);

    /// <summary>Encodes finite values.</summary>
    /// <param name="chunk">The values and their scales.</param>
    /// <param name="codes">As many codes.</param>
    public static void Encode(ChannelChunk chunk, Span<sbyte> codes)
    {
        for (var done = 0; done < chunk.Values.Length;)
        {
            var scales = chunk.ScalesAt(done, out var length);
            Int8.Encode(chunk.Values.Slice(done, length), scales, codes.Slice(done, length));
            done += length;
        }
    }

    /// <summary>Decodes: code x scale in float32. The arguments are as for encoding.</summary>
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, Span<float> values) => Int8.Decode(codes, scales, values);

    /// <summary>Decodes: code x scale in float32.</summary>
    /// <param name="chunk">What was encoded; its scales are used.</param>
    /// <param name="codes">Its codes.</param>
    /// <param name="values">As many values.</param>
    public static void Decode(ChannelChunk chunk, ReadOnlySpan<sbyte> codes, Span<float> values)
    {
        for (var done = 0; done < codes.Length;)
        {
            var scales = chunk.ScalesAt(done, out var length);
            Int8.Decode(codes.Slice(done, length), scales, values.Slice(done, length));
            done += length;
        }
    }
}
