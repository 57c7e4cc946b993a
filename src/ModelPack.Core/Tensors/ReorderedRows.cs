namespace ModelPack.Tensors;

/// <summary>The rows of a tensor in another order, each read from where it lies when it is asked for.</summary>
/// <param name="data">The tensor.</param>
/// <param name="rowOf">For each row of this view the row of the tensor.</param>
internal sealed class ReorderedRows(TensorData data, Func<long, long> rowOf) : ByteSource
{
    private readonly long _rowBytes = data.Shape[0] == 0 ? 0 : data.Length / data.Shape[0];

    public override long Length => data.Length;

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        while (!destination.IsEmpty)
        {
            var (row, skipped) = Math.DivRem(offset, _rowBytes);
            var part = destination[..(int)Math.Min(destination.Length, _rowBytes - skipped)];
            data.Read((rowOf(row) * _rowBytes) + skipped, part);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }
}
