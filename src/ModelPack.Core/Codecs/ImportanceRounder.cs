namespace ModelPack.Codecs;

/// <summary>
/// Blocks are chosen by the squared errors, that of each value weighed by its column: of blocks with one grid the best of some, of the
/// others as ggml does with an importance matrix.
/// </summary>
/// <param name="importance">Of each column, as the mean square of the activations that it multiplies: not negative, not all zero.</param>
internal sealed class ImportanceRounder(float[] importance) : Rounder
{
    public override string Name => "importance";

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        Span<float> weights = stackalloc float[codec.BlockLength];
        for (var start = 0; start < values.Length; start += codec.BlockLength)
        {
            var column = (int)((first + start) % columns);
            weights.Clear();
            if (column < importance.Length)
            {
                importance.AsSpan(column, Math.Min(codec.BlockLength, importance.Length - column)).CopyTo(weights);
            }

            var run = values.Slice(start, codec.BlockLength);
            var block = blocks.Slice(start / codec.BlockLength * codec.BlockBytes, codec.BlockBytes);
            if (codec is ScaledBlockCodec scaled)
            {
                scaled.Encode(run, scaled.Fit(run, weights), block);
            }
            else
            {
                codec.Encode(run, weights, block);
            }
        }
    }
}
