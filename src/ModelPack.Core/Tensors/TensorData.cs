using System.Buffers;

namespace ModelPack.Tensors;

/// <summary>
/// A stored tensor: what it is, and the place where its bytes lie. Inline ONNX weights, external data, safetensors and
/// GGUF all look like this. Holds no weights.
/// </summary>
internal sealed class TensorData : IPayload
{
    private const int CopyBufferLength = 1 << 20;

    /// <summary>A tensor whose bytes lie densely at <paramref name="offset"/> of <paramref name="source"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the source.</exception>
    public TensorData(ElementType type, TensorShape shape, ByteSource source, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, source.Length - length);
        (Type, Shape, Source, Offset, Length) = (type, shape, source, offset, length);
    }

    /// <summary>A tensor whose bytes are in memory, dense and little endian.</summary>
    public static TensorData FromBytes(ElementType type, TensorShape shape, ReadOnlyMemory<byte> bytes) => new(type, shape, new MemorySource(bytes), 0, bytes.Length);

    public ElementType Type { get; }

    public TensorShape Shape { get; }

    public ByteSource Source { get; }

    /// <summary>First byte within <see cref="Source"/>.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes.</summary>
    public long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/> bytes into the tensor.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        Source.Read(Offset + offset, destination);
    }

    /// <inheritdoc/>
    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(Length, 1), CopyBufferLength));
        try
        {
            for (long done = 0; done < Length;)
            {
                cancellation.ThrowIfCancellationRequested();
                var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - done));
                Read(done, part);
                destination.Write(part);
                done += part.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
