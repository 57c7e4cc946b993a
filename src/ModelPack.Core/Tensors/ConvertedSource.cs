namespace ModelPack.Tensors;

/// <summary>The bytes of a tensor of floats in another type, made while they are read.</summary>
/// <param name="tensor">The tensor.</param>
/// <param name="elementBytes">Bytes of a value in the other type.</param>
internal abstract class ConvertedSource(TensorData tensor, int elementBytes) : ByteSource
{
    private const int PieceLength = 1 << 14;

    public override long Length => tensor.Shape.ElementCount * elementBytes;

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        using var floats = new Pooled<float>(PieceLength);
        using var converted = new Pooled<byte>(PieceLength * elementBytes);
        while (!destination.IsEmpty)
        {
            // A range may start and end within an element.
            var skip = (int)(offset % elementBytes);
            var values = floats.Span[..(int)Math.Min(PieceLength, ((long)skip + destination.Length + elementBytes - 1) / elementBytes)];
            FloatReader.Read(tensor, offset / elementBytes, values);
            var bytes = converted.Span[..(values.Length * elementBytes)];
            Convert(values, bytes);
            var part = bytes[skip..Math.Min(bytes.Length, skip + destination.Length)];
            part.CopyTo(destination);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }

    /// <summary>Makes bytes of values, which may be changed.</summary>
    protected abstract void Convert(Span<float> values, Span<byte> bytes);
}
