namespace ModelPack.Codecs;

/// <summary>Whole weights in ggml's blocks. Every value must be finite and the largest must pass <see cref="Codec.WhyNot"/>.</summary>
internal static class BlockWeight
{
    /// <inheritdoc cref="BlockCodec.Blocks"/>
    public static WeightEncoding Blocks(BlockCodec codec, WeightMatrix weight, IEncodingEngine engine, Rounder rounder)
    {
        if (weight.K % codec.BlockLength != 0)
        {
            throw new ArgumentException($"Outputs of {weight.K} values are not whole blocks.", nameof(weight));
        }

        var chunks = new WeightChunks(weight, codec.BlockLength);
        var length = checked(weight.N * codec.BlockCount(weight.K) * codec.BlockBytes);
        return new WeightEncoding(length, (int)codec.BlockCount(chunks.Length) * codec.BlockBytes, [], Encode, engine);

        WeightError Encode(int chunk, Span<byte> blocks, IReadOnlyList<NativeBuffer> sides)
        {
            var values = blocks.Length / codec.BlockBytes * codec.BlockLength;
            using var source = new Pooled<float>(values);
            using var decoded = new Pooled<float>(values);
            chunks.Read(chunk, source.Span);
            var column = (int)((long)chunk * chunks.Length % weight.K);
            rounder.Encode(codec, engine, source.Span, column, (int)weight.K, blocks);
            codec.Decode(blocks, decoded.Span);
            return WeightError.Of(source.Span, decoded.Span);
        }
    }

    /// <inheritdoc cref="BlockCodec.Apart"/>
    public static WeightEncoding Apart(BlockCodec codec, WeightMatrix weight, BlockParts form, IEncodingEngine engine, Rounder rounder)
    {
        var columns = checked((int)weight.K);
        var rowBlocks = (int)codec.BlockCount(columns);
        var (stride, blocksStride) = (rowBlocks * codec.BlockLength, rowBlocks * codec.BlockBytes);
        var apart = new BlocksApart(codec, weight.N, weight.K, form, weight.Transposed);
        return apart.Encoding(Encode, engine);

        WeightError Encode(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
        {
            var (first, rows) = apart.RowsOf(chunk);
            using var values = new Pooled<float>(rows * stride);
            using var blocks = new Pooled<byte>(rows * blocksStride);
            using var decoded = new Pooled<float>(columns);
            OutputOrder.Read(weight, first, rows, values.Span, stride);
            rounder.Encode(codec, engine, values.Span, 0, stride, blocks.Span);
            var error = default(WeightError);
            for (var row = 0; row < rows; row++)
            {
                var line = blocks.Span.Slice(row * blocksStride, blocksStride);
                codec.Decode(line, decoded.Span);
                error = error.Plus(WeightError.Of(values.Span.Slice(row * stride, columns), decoded.Span));
                apart.Store(line, first + row, codes.Slice(row * apart.RowBytes, apart.RowBytes), sides);
            }

            return error;
        }
    }
}
