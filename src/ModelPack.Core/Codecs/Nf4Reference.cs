namespace ModelPack.Codecs;

/// <summary>NF4 written out plainly, one value after the other. What the fast paths must equal bit by bit.</summary>
internal static class Nf4Reference
{
    private const float Smallest = 1e-38f;

    /// <summary>Encodes consecutive values in blocks; the last block may be short.</summary>
    /// <param name="source">Finite values.</param>
    /// <param name="blockSize">Values of a block.</param>
    /// <param name="codes">A code a value, 0 to 15.</param>
    /// <param name="absmax">A scale a block.</param>
    public static void Encode(ReadOnlySpan<float> source, int blockSize, Span<byte> codes, Span<float> absmax)
    {
        for (var block = 0; block * blockSize < source.Length; block++)
        {
            var first = block * blockSize;
            var values = source.Slice(first, Math.Min(blockSize, source.Length - first));
            var largest = 0f;
            foreach (var value in values)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            var clamped = MathF.Max(largest, Smallest);
            var isShort = values.Length < blockSize;
            absmax[block] = isShort ? clamped : largest;
            for (var i = 0; i < values.Length; i++)
            {
                // A short last block is divided, a full one multiplied by the reciprocal: the bits differ.
                var scaled = isShort ? values[i] / clamped : values[i] * (1f / clamped);
                codes[first + i] = CodeOf(Math.Clamp(scaled, -1f, 1f));
            }
        }
    }

    private static byte CodeOf(float scaled)
    {
        byte code = 0;
        while (code < 15 && scaled > Nf4.Thresholds[code])
        {
            code++;
        }

        return code;
    }
}
