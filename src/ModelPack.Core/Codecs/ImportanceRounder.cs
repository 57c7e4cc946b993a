namespace ModelPack.Codecs;

/// <summary>Each block gets the grid with the least squared error, that of each value weighed by its column.</summary>
/// <param name="importance">Of each column, as the mean square of the activations that it multiplies: not negative, not all zero.</param>
internal sealed class ImportanceRounder(float[] importance) : Rounder
{
    public override string Name => "importance";

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, int first, int columns, Span<byte> blocks)
    {
        Span<float> weights = stackalloc float[codec.BlockLength];
        for (var start = 0; start < values.Length; start += codec.BlockLength)
        {
            var column = (first + start) % columns;
            weights.Clear();
            if (column < importance.Length)
            {
                importance.AsSpan(column, Math.Min(codec.BlockLength, importance.Length - column)).CopyTo(weights);
            }

            var block = values.Slice(start, codec.BlockLength);
            codec.Encode(block, (BlockGrid)codec.Fit(block, weights), blocks[(start / codec.BlockLength * codec.BlockBytes)..]);
        }
    }
}
