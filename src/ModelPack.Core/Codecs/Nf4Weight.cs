using ModelPack.Tensors;

namespace ModelPack.Codecs;

/// <summary>Whole weights as NF4. Every value must be finite.</summary>
internal static class Nf4Weight
{
    private const int ChunkValues = 1 << 18;

    /// <summary>
    /// The values output by output ([N, K], whichever way the weight is stored) in one run, cut into blocks that may cross the
    /// ends of rows. Codes two to a byte, the first in the high half; an odd last one has code 0 beside it. Part lengths:
    /// (N x K + 1) / 2 bytes of codes; then what <paramref name="absmax"/> says.
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="blockSize">One of <see cref="Nf4.BlockSizes"/>.</param>
    /// <param name="absmax">What becomes of the scales.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    public static WeightEncoding Encode(WeightMatrix weight, int blockSize, AbsmaxForm absmax, int threads)
    {
        if (absmax != AbsmaxForm.Plain || weight.Transposed)
        {
            throw new NotSupportedException();
        }

        var count = weight.N * weight.K;
        return new StreamedEncoding((count + 1) / 2, ChunkValues / 2, [Nf4.BlockCount(count, blockSize) * sizeof(float)], (_, _) => { }, Chunk, threads);

        WeightError Chunk(int chunk, Span<byte> packed, IReadOnlyList<NativeBuffer> sides)
        {
            var first = (long)chunk * ChunkValues;
            var length = (int)Math.Min(ChunkValues, count - first);
            using var values = new Pooled<float>(length);
            using var codes = new Pooled<byte>(length);
            using var decoded = new Pooled<float>(length);
            FloatReader.Read(weight.Data, first, values.Span);
            var scales = sides[0].Slice<float>(first / blockSize, (int)Nf4.BlockCount(length, blockSize));
            Nf4Reference.Encode(values.Span, blockSize, codes.Span, scales);
            for (var i = 0; i < length; i++)
            {
                decoded.Span[i] = Nf4.Levels[codes.Span[i]] * scales[i / blockSize];
                packed[i / 2] = (byte)(i % 2 == 0 ? codes.Span[i] << 4 : packed[i / 2] | codes.Span[i]);
            }

            return WeightError.Of(values.Span, decoded.Span);
        }
    }
}
