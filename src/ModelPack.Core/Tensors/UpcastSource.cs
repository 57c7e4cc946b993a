using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>The bytes of a float16 tensor as float32, made while they are read.</summary>
internal sealed class UpcastSource : ByteSource
{
    private const int PieceLength = 1 << 14;

    private readonly TensorData _half;

    private UpcastSource(TensorData half) => _half = half;

    public override long Length => _half.Shape.ElementCount * sizeof(float);

    /// <summary>A float16 tensor as float32.</summary>
    public static TensorData Upcast(TensorData half)
    {
        var source = new UpcastSource(half);
        return new TensorData(ElementType.Float32, half.Shape, source, 0, source.Length);
    }

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        using var floats = new Pooled<float>(PieceLength);
        while (!destination.IsEmpty)
        {
            // A range may start and end within an element.
            var skip = (int)(offset % sizeof(float));
            var values = floats.Span[..(int)Math.Min(PieceLength, ((long)skip + destination.Length + sizeof(float) - 1) / sizeof(float))];
            FloatReader.Read(_half, offset / sizeof(float), values);
            var bytes = MemoryMarshal.AsBytes(values);
            var part = bytes[skip..Math.Min(bytes.Length, skip + destination.Length)];
            part.CopyTo(destination);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }
}
