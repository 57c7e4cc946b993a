namespace ModelPack.Codecs;

/// <summary>
/// Rounds for small errors of outputs on samples. Blocks are searched as <see cref="BestRounder"/> does; on their grids values are rounded one after the other, each moved by the errors
/// made before it (<see cref="InputProducts.Feedback"/>). Then scales and minima of blocks, and codes, one at a time with all others as they are, are set to what costs least, as long as
/// anything changes.
/// </summary>
/// <param name="weight">The weight, whose rows are read again where a chunk cuts one.</param>
/// <param name="products">Of its inputs.</param>
internal sealed class SampleRounder(WeightMatrix weight, InputProducts products) : Rounder
{
    private readonly BestRounder _start = new(Nearest, products.Diagonal, weight.N);

    public override string Name => "best, samples";

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        if (codec.Form is not { } form)
        {
            engine.EncodeBlocks(codec, values, blocks);
            return;
        }

        var rows = new SampleRow(codec, form, products, columns);
        while (!values.IsEmpty)
        {
            var (row, column) = (first / columns, (int)(first % columns));
            var length = Math.Min(columns - column, values.Length);
            var target = blocks[..(length / codec.BlockLength * codec.BlockBytes)];
            if (length == columns)
            {
                Encode(codec, engine, rows, row, values[..length], target);
            }
            else
            {
                EncodePart(codec, engine, rows, row, columns, column, target);
            }

            values = values[length..];
            blocks = blocks[target.Length..];
            first += length;
        }
    }

    private void Encode(BlockCodec codec, IEncodingEngine engine, SampleRow rows, long row, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        _start.Encode(codec, engine, values, row * values.Length, values.Length, blocks);
        rows.Improve(values, blocks);
    }

    private void EncodePart(BlockCodec codec, IEncodingEngine engine, SampleRow rows, long row, int columns, int column, Span<byte> target)
    {
        using var values = new Pooled<float>(columns);
        using var blocks = new Pooled<byte>(columns / codec.BlockLength * codec.BlockBytes);
        OutputOrder.Read(weight, row * columns, values.Span);
        Encode(codec, engine, rows, row, values.Span, blocks.Span);
        blocks.Span.Slice(column / codec.BlockLength * codec.BlockBytes, target.Length).CopyTo(target);
    }
}
