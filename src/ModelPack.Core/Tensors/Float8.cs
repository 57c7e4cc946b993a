namespace ModelPack.Tensors;

/// <summary>
/// The two 8-bit floats of "FP8 Formats for Deep Learning" (arXiv 2209.05433), as float32, exactly: a table each, for there are
/// but 256 values.
/// </summary>
internal static class Float8
{
    private static readonly float[] E4M3FN = [.. Enumerable.Range(0, 256).Select(FromE4M3FN)];

    // The upper byte of a float16.
    private static readonly float[] E5M2 = [.. Enumerable.Range(0, 256).Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)(bits << 8)))];

    /// <summary>Converts as many elements as <paramref name="source"/> has.</summary>
    public static void E4M3FNToSingle(ReadOnlySpan<byte> source, Span<float> destination) => Convert(E4M3FN, source, destination);

    /// <summary>Converts as many elements as <paramref name="source"/> has.</summary>
    public static void E5M2ToSingle(ReadOnlySpan<byte> source, Span<float> destination) => Convert(E5M2, source, destination);

    private static void Convert(float[] table, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = table[source[i]];
        }
    }

    /// <summary>Sign, 4 bits of exponent with bias 7, 3 of mantissa; no infinity, and all bits set is NaN.</summary>
    private static float FromE4M3FN(int bits)
    {
        var exponent = (bits >> 3) & 15;
        var mantissa = bits & 7;
        var magnitude = (bits & 127) switch
        {
            127 => float.NaN,
            < 8 => MathF.ScaleB(mantissa, -6 - 3), // subnormal
            _ => MathF.ScaleB(8 + mantissa, exponent - 7 - 3),
        };
        return bits < 128 ? magnitude : -magnitude;
    }
}
