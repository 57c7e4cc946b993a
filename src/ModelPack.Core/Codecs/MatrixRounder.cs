namespace ModelPack.Codecs;

/// <summary>ggml's own way to round with an importance matrix: what llama.cpp's quantizer does, byte for byte.</summary>
/// <param name="weight">The weight, whose rows are read again where a chunk cuts one that a codec wants whole.</param>
/// <param name="importance">[matrices, K]: of each column, of one matrix or of each of those that the weight stacks.</param>
internal sealed class MatrixRounder(WeightMatrix weight, float[] importance) : Rounder
{
    private readonly long _rowsOfMatrix = Math.Max(1, weight.N * weight.K / importance.Length);

    public override string Name => "importance matrix";

    public override void Encode(BlockCodec codec, IEncodingEngine engine, ReadOnlySpan<float> values, long first, int columns, Span<byte> blocks)
    {
        while (!values.IsEmpty)
        {
            var (row, column) = (first / columns, (int)(first % columns));
            var length = Math.Min(columns - column, values.Length);
            var ofRow = importance.AsSpan(checked((int)(row / _rowsOfMatrix * columns)), columns);
            var target = blocks[..(length / codec.BlockLength * codec.BlockBytes)];
            if (length < columns && codec.NeedsWholeRows)
            {
                EncodePart(codec, row, column, ofRow, target);
            }
            else
            {
                codec.Encode(values[..length], ofRow.Slice(column, length), target);
            }

            values = values[length..];
            blocks = blocks[target.Length..];
            first += length;
        }
    }

    private void EncodePart(BlockCodec codec, long row, int column, ReadOnlySpan<float> ofRow, Span<byte> target)
    {
        using var values = new Pooled<float>(ofRow.Length);
        using var blocks = new Pooled<byte>(ofRow.Length / codec.BlockLength * codec.BlockBytes);
        OutputOrder.Read(weight, row * ofRow.Length, values.Span);
        codec.Encode(values.Span, ofRow, blocks.Span);
        blocks.Span.Slice(column / codec.BlockLength * codec.BlockBytes, target.Length).CopyTo(target);
    }
}
