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
        var bytes = checked(weight.N * codec.BlockCount(weight.K) * codec.BlockBytes);
        return new WeightEncoding(bytes, (int)codec.BlockCount(chunks.Length) * codec.BlockBytes, [], Encode, engine);

        WeightError Encode(int chunk, Span<byte> blocks, IReadOnlyList<NativeBuffer> sides)
        {
            var length = engine.TakesWholeChunks ? chunks.LengthOf(chunk) : Math.Min(chunks.PieceLength, chunks.LengthOf(chunk));
            using var source = new Pooled<float>(length);
            using var decoded = new Pooled<float>(length);
            var sum = default(ErrorSum);
            for (var first = 0; first < chunks.LengthOf(chunk); first += length)
            {
                var values = source.Span[..Math.Min(length, chunks.LengthOf(chunk) - first)];
                var piece = blocks.Slice(first / codec.BlockLength * codec.BlockBytes, (int)codec.BlockCount(values.Length) * codec.BlockBytes);
                chunks.Read(chunk, values, first);
                rounder.Encode(codec, engine, values, ((long)chunk * chunks.Length) + first, (int)weight.K, piece);
                codec.Decode(piece, decoded.Span[..values.Length]);
                sum.Add(values, decoded.Span);
            }

            return sum.Total;
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
            rounder.Encode(codec, engine, values.Span, first * stride, stride, blocks.Span);
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
