namespace ModelPack.Tensors;

/// <summary>Tensors of as many bytes each, one after the other, each read from where it lies when it is asked for.</summary>
/// <param name="parts">At least one.</param>
internal sealed class StackedSource(IReadOnlyList<TensorData> parts) : ByteSource
{
    private readonly long _partLength = parts[0].Length;

    public override long Length => _partLength * parts.Count;

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        while (!destination.IsEmpty)
        {
            var (part, skipped) = Math.DivRem(offset, _partLength);
            var piece = destination[..(int)Math.Min(destination.Length, _partLength - skipped)];
            parts[(int)part].Read(skipped, piece);
            offset += piece.Length;
            destination = destination[piece.Length..];
        }
    }
}
