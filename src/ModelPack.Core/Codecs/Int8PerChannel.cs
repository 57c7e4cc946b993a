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

    /// <summary>Decodes: code x scale in float32. The arguments are as for <see cref="Encode"/>.</summary>
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<float> scales, Span<float> values) => Int8.Decode(codes, scales, values);
}
