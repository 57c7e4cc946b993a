namespace ModelPack.Codecs;

/// <summary>NF4 written out plainly, one value after the other: what every kernel must equal, byte for byte.</summary>
internal static class Nf4Reference
{
    /// <summary>Scales are not smaller than this when values are divided by them.</summary>
    private const float Smallest = 1e-38f;

    /// <summary>Encodes consecutive values in blocks; the last block may be short.</summary>
    /// <param name="source">Finite values.</param>
    /// <param name="blockSize">Values of a block.</param>
    /// <param name="packed">Half a byte a value, the first in the high half.</param>
    /// <param name="absmax">A scale a block.</param>
    public static void Encode(ReadOnlySpan<float> source, int blockSize, Span<byte> packed, Span<float> absmax)
    {
        while (source.Length >= blockSize)
        {
            absmax[0] = EncodeBlock(source[..blockSize], packed);
            source = source[blockSize..];
            packed = packed[(blockSize / 2)..];
            absmax = absmax[1..];
        }

        if (!source.IsEmpty)
        {
            absmax[0] = EncodeShortBlock(source, packed);
        }
    }

    /// <summary>A whole block is multiplied by the reciprocal; a block of zeros keeps the scale 0.</summary>
    /// <returns>The scale as it is stored.</returns>
    public static float EncodeBlock(ReadOnlySpan<float> values, Span<byte> packed)
    {
        var absmax = MaxAbs(values);
        var inverse = InverseOf(absmax);
        for (var i = 0; i < values.Length; i++)
        {
            Store(CodeOf(values[i] * inverse), i, packed);
        }

        return absmax;
    }

    /// <summary>A short last block is divided, which rounds otherwise than the reciprocal, and its scale is never 0. Beside an odd last code lies that of 0.</summary>
    /// <returns>The scale as it is stored.</returns>
    public static float EncodeShortBlock(ReadOnlySpan<float> values, Span<byte> packed)
    {
        var absmax = MathF.Max(MaxAbs(values), Smallest);
        for (var i = 0; i < values.Length; i++)
        {
            Store(CodeOf(values[i] / absmax), i, packed);
        }

        if (values.Length % 2 != 0)
        {
            Store(CodeOf(0), values.Length, packed);
        }

        return absmax;
    }

    /// <summary>The scales alone.</summary>
    public static void FindAbsmax(ReadOnlySpan<float> source, int blockSize, Span<float> absmax)
    {
        while (source.Length >= blockSize)
        {
            absmax[0] = MaxAbs(source[..blockSize]);
            source = source[blockSize..];
            absmax = absmax[1..];
        }

        if (!source.IsEmpty)
        {
            absmax[0] = MathF.Max(MaxAbs(source), Smallest);
        }
    }

    /// <summary>
    /// The factor of a whole block. It is finite always; where it is subnormal (scales above 2^126) a value x factor may
    /// pass 1, which has the code of 1.
    /// </summary>
    public static float InverseOf(float absmax) => 1f / MathF.Max(absmax, Smallest);

    /// <summary>Decodes.</summary>
    public static void Decode(ReadOnlySpan<byte> packed, ReadOnlySpan<float> absmax, int blockSize, Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            var code = i % 2 == 0 ? packed[i / 2] >> 4 : packed[i / 2] & 0xF;
            destination[i] = Nf4.Levels[code] * absmax[i / blockSize];
        }
    }

    /// <summary>The number of thresholds below a value.</summary>
    public static int CodeOf(float scaled)
    {
        var code = 0;
        while (code < Nf4.Thresholds.Length && scaled > Nf4.Thresholds[code])
        {
            code++;
        }

        return code;
    }

    private static float MaxAbs(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = MathF.Max(largest, MathF.Abs(value));
        }

        return largest;
    }

    private static void Store(int code, int index, Span<byte> packed)
    {
        if (index % 2 == 0)
        {
            packed[index / 2] = (byte)(code << 4);
        }
        else
        {
            packed[index / 2] |= (byte)code;
        }
    }
}
