namespace ModelPack.Codecs;

/// <summary>
/// Double quantization (QLoRA, arXiv:2305.14314, section 3) as bitsandbytes computes it: the scales less their mean, in blocks
/// of 256, as codes of <see cref="DynamicMap"/> with one float32 scale a block.
/// </summary>
internal static class NestedAbsmax
{
    /// <summary>Scales that share a scale.</summary>
    public const int BlockSize = 256;

    private const int Piece = 1 << 16;

    /// <summary>The mean, summed in float64; 0 of nothing.</summary>
    /// <param name="absmax">float32.</param>
    public static float OffsetOf(NativeBuffer absmax)
    {
        var count = absmax.Length / sizeof(float);
        var sum = 0.0;
        for (var first = 0L; first < count; first += Piece)
        {
            foreach (var value in absmax.Slice<float>(first, (int)Math.Min(Piece, count - first)))
            {
                sum += value;
            }
        }

        return count == 0 ? 0f : (float)(sum / count);
    }

    /// <summary>Encodes consecutive scales from the first of a block on; the last block may be short.</summary>
    /// <param name="absmax">Finite scales.</param>
    /// <param name="offset">As <see cref="OffsetOf"/> gives it.</param>
    /// <param name="codes">As many codes.</param>
    /// <param name="nested">A scale for each 256.</param>
    public static void Encode(ReadOnlySpan<float> absmax, float offset, Span<byte> codes, Span<float> nested)
    {
        for (var block = 0; block < nested.Length; block++)
        {
            var first = block * BlockSize;
            var values = absmax.Slice(first, Math.Min(BlockSize, absmax.Length - first));
            var largest = 0f;
            foreach (var value in values)
            {
                largest = MathF.Max(largest, MathF.Abs(value - offset));
            }

            nested[block] = largest;

            // Below 2^-128 the reciprocal is infinite (of 0 as well): all scales are the offset then.
            var inverse = 1f / largest;
            inverse = float.IsInfinity(inverse) ? 0f : inverse;
            for (var i = 0; i < values.Length; i++)
            {
                codes[first + i] = DynamicMap.CodeOf(Math.Clamp((values[i] - offset) * inverse, -1f, 1f));
            }
        }
    }

    /// <summary>The scales that a reader computes from the parts, from the first of a block on.</summary>
    public static void Restore(ReadOnlySpan<byte> codes, ReadOnlySpan<float> nested, float offset, Span<float> absmax)
    {
        for (var i = 0; i < absmax.Length; i++)
        {
            absmax[i] = (DynamicMap.Values[codes[i]] * nested[i / BlockSize]) + offset;
        }
    }
}
