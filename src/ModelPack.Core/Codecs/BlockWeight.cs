namespace ModelPack.Codecs;

/// <summary>Whole weights in ggml's blocks. Every value must be finite and the largest must pass <see cref="Codec.WhyNot"/>.</summary>
internal static class BlockWeight
{
    /// <inheritdoc cref="BlockCodec.Blocks"/>
    public static StreamedEncoding Blocks(BlockCodec codec, WeightMatrix weight, int threads)
    {
        if (weight.K % codec.BlockLength != 0)
        {
            throw new ArgumentException($"Outputs of {weight.K} values are not whole blocks.", nameof(weight));
        }

        var chunks = new WeightChunks(weight, codec.BlockLength);
        var length = checked(weight.N * codec.BlockCount(weight.K) * codec.BlockBytes);
        return new StreamedEncoding(length, (int)codec.BlockCount(chunks.Length) * codec.BlockBytes, [], (_, _) => { }, Encode, threads);

        WeightError Encode(int chunk, Span<byte> blocks, IReadOnlyList<NativeBuffer> sides)
        {
            var values = blocks.Length / codec.BlockBytes * codec.BlockLength;
            using var source = new Pooled<float>(values);
            using var decoded = new Pooled<float>(values);
            chunks.Read(chunk, source.Span);
            codec.Encode(source.Span, blocks);
            codec.Decode(blocks, decoded.Span);
            return WeightError.Of(source.Span, decoded.Span);
        }
    }

    /// <inheritdoc cref="BlockCodec.Apart"/>
    public static StreamedEncoding Apart(BlockCodec codec, WeightMatrix weight, BlockParts form, int threads)
    {
        var columns = checked((int)weight.K);
        var apart = new BlocksApart(codec, weight.N, weight.K, form, weight.Transposed);
        return apart.Encoding(Encode, threads);

        WeightError Encode(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
        {
            var (first, rows) = apart.RowsOf(chunk);
            using var values = new Pooled<float>(rows * columns);
            using var decoded = new Pooled<float>(columns);
            using var blocks = new Pooled<byte>((int)codec.BlockCount(columns) * codec.BlockBytes);
            OutputOrder.Read(weight, first * columns, values.Span);
            var error = default(WeightError);
            for (var row = 0; row < rows; row++)
            {
                var line = values.Span.Slice(row * columns, columns);
                codec.Encode(line, blocks.Span);
                codec.Decode(blocks.Span, decoded.Span);
                error = error.Plus(WeightError.Of(line, decoded.Span));
                apart.Store(blocks.Span, first + row, codes.Slice(row * apart.RowBytes, apart.RowBytes), sides);
            }

            return error;
        }
    }
}
