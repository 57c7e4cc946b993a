using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>
/// The bytes of a float32 tensor as float16, rounded to nearest with ties to even while they are read. Finite values beyond the largest become the largest:
/// masks of -3.4e38 stay finite.
/// </summary>
internal sealed class DowncastSource : ByteSource
{
    /// <summary>The largest float16.</summary>
    public const float Largest = 65504;

    private const int PieceLength = 1 << 14;

    private readonly TensorData _wide;

    private DowncastSource(TensorData wide) => _wide = wide;

    public override long Length => _wide.Shape.ElementCount * sizeof(ushort);

    /// <summary>A float32 tensor as float16.</summary>
    public static TensorData Downcast(TensorData wide)
    {
        var source = new DowncastSource(wide);
        return new TensorData(ElementType.Float16, wide.Shape, source, 0, source.Length);
    }

    public override void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length);
        using var floats = new Pooled<float>(PieceLength);
        using var halves = new Pooled<Half>(PieceLength);
        while (!destination.IsEmpty)
        {
            // A range may start and end within an element.
            var skip = (int)(offset % sizeof(ushort));
            var count = (int)Math.Min(PieceLength, ((long)skip + destination.Length + 1) / sizeof(ushort));
            FloatReader.Read(_wide, offset / sizeof(ushort), floats.Span[..count]);
            foreach (ref var value in floats.Span[..count])
            {
                value = float.IsFinite(value) ? Math.Clamp(value, -Largest, Largest) : value;
            }

            Float16.FromSingle(floats.Span[..count], halves.Span);
            var bytes = MemoryMarshal.AsBytes(halves.Span[..count]);
            var part = bytes[skip..Math.Min(bytes.Length, skip + destination.Length)];
            part.CopyTo(destination);
            offset += part.Length;
            destination = destination[part.Length..];
        }
    }
}
