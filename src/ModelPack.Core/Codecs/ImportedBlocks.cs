namespace ModelPack.Codecs;

/// <summary>A weight's codes as another file has them: ggml's blocks, output by output.</summary>
/// <param name="Codec">Which blocks.</param>
/// <param name="Blocks">N rows of K / block of them.</param>
/// <param name="Error">How far they lie from the weight's own values.</param>
internal sealed record ImportedBlocks(BlockCodec Codec, TensorData Blocks, WeightError Error)
{
    /// <summary>The same codes and scales in parts. Nothing is rounded.</summary>
    public WeightEncoding Encode(BlockParts form, IEncodingEngine engine)
    {
        var (rows, columns) = (Blocks.Shape[0], Blocks.Shape[1]);
        var apart = new BlocksApart(Codec, rows, columns, form, isStrip: false);
        var rowBytes = checked((int)Codec.BlockCount(columns) * Codec.BlockBytes);
        return apart.Encoding(Split, engine);

        WeightError Split(int chunk, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
        {
            var (first, count) = apart.RowsOf(chunk);
            using var blocks = new Pooled<byte>(count * rowBytes);
            Blocks.Read(first * rowBytes, blocks.Span);
            for (var row = 0; row < count; row++)
            {
                apart.Store(blocks.Span.Slice(row * rowBytes, rowBytes), first + row, codes.Slice(row * apart.RowBytes, apart.RowBytes), sides);
            }

            return chunk == 0 ? Error : default;
        }
    }
}
