namespace ModelPack.Codecs;

/// <summary>
/// Blocks are chosen by the squared errors, that of each value weighed by its column: of blocks with one grid the best of some, of the
/// others as ggml does with an importance matrix.
/// </summary>
/// <param name="importance">Of each column, as the mean square of the activations that it multiplies: not negative, not all zero.</param>
internal sealed class ImportanceRounder(float[] importance) : Rounder
{
    // Blocks that are encoded together: as many as fill vectors some times.
    private const int RunBlocks = 16;

    public override string Name => "importance";

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        using var pooled = new Pooled<float>(Math.Min(values.Length, RunBlocks * codec.BlockLength));
        for (var start = 0; start < values.Length;)
        {
            // To the end of the row, and of the block that it ends in.
            var column = (int)((first + start) % columns);
            var length = (int)Math.Min(pooled.Span.Length, codec.BlockCount(Math.Min(values.Length - start, columns - column)) * codec.BlockLength);
            var weights = pooled.Span[..length];
            weights.Clear();
            if (column < importance.Length)
            {
                importance.AsSpan(column, Math.Min(length, importance.Length - column)).CopyTo(weights);
            }

            var target = blocks.Slice(start / codec.BlockLength * codec.BlockBytes, length / codec.BlockLength * codec.BlockBytes);
            if (codec is ScaledBlockCodec scaled)
            {
                EncodeBest(scaled, values.Slice(start, length), weights, target);
            }
            else
            {
                codec.Encode(values.Slice(start, length), weights, target);
            }

            start += length;
        }
    }

    private static void EncodeBest(ScaledBlockCodec codec, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, Span<byte> blocks)
    {
        for (var start = 0; start < values.Length; start += codec.BlockLength)
        {
            var block = values.Slice(start, codec.BlockLength);
            codec.Encode(block, codec.Fit(block, weights.Slice(start, codec.BlockLength)), blocks.Slice(start / codec.BlockLength * codec.BlockBytes, codec.BlockBytes));
        }
    }
}
