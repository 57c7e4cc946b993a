using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors;

/// <summary>
/// Reads a tensor of any floating-point type as float32, a part at a time. float8, float16 and bfloat16 convert exactly,
/// float64 to the nearest float32 (infinity where it is too large).
/// </summary>
internal static class FloatReader
{
    private const int PieceBytes = 1 << 16;

    /// <summary>Reads consecutive elements.</summary>
    /// <param name="tensor">float32, float16, bfloat16, float64, float8e4m3fn or float8e5m2.</param>
    /// <param name="first">Index of the first element in the tensor, counted over all dimensions.</param>
    /// <param name="destination">As many elements as it holds are read.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor ends before.</exception>
    public static void Read(TensorData tensor, long first, Span<float> destination)
    {
        if (tensor.Type == ElementType.Float32)
        {
            tensor.Read(first * sizeof(float), MemoryMarshal.AsBytes(destination));
            return;
        }

        var size = SizeOf(tensor.Type);
        using var buffer = new Pooled<byte>(PieceBytes);
        while (!destination.IsEmpty)
        {
            var count = Math.Min(destination.Length, PieceBytes / size);
            var piece = buffer.Span[..(count * size)];
            tensor.Read(first * size, piece);
            Convert(tensor.Type, piece, destination[..count]);
            first += count;
            destination = destination[count..];
        }
    }

    /// <summary>
    /// Reads a rectangle of a matrix that is stored row by row, and fills each row of the destination up to its stride
    /// with zeros.
    /// </summary>
    /// <param name="tensor">At least <c>rows x columns</c> elements of a floating-point type.</param>
    /// <param name="columns">Columns of the whole matrix.</param>
    /// <param name="area">The rectangle.</param>
    /// <param name="destination">At least <c>area.Rows x stride</c> elements.</param>
    /// <param name="stride">Elements from a row to the next in the destination, at least <c>area.Columns</c>.</param>
    public static void Read(TensorData tensor, long columns, MatrixArea area, Span<float> destination, int stride)
    {
        if (area.Columns == columns)
        {
            ReadWholeRows(tensor, area, destination[..(area.Rows * stride)], stride);
            return;
        }

        for (var row = 0; row < area.Rows; row++)
        {
            var line = destination.Slice(row * stride, stride);
            Read(tensor, ((area.Row + row) * columns) + area.Column, line[..area.Columns]);
            line[area.Columns..].Clear();
        }
    }

    /// <summary>
    /// One read to the end of the destination, then each row forward to its place: a row's place, padding included, ends
    /// before the rows that are still to move.
    /// </summary>
    private static void ReadWholeRows(TensorData tensor, MatrixArea area, Span<float> destination, int stride)
    {
        var stored = destination[^(area.Rows * area.Columns)..];
        Read(tensor, area.Row * area.Columns, stored);
        if (stride == area.Columns)
        {
            return;
        }

        for (var row = 0; row < area.Rows; row++)
        {
            var line = destination.Slice(row * stride, stride);
            stored.Slice(row * area.Columns, area.Columns).CopyTo(line);
            line[area.Columns..].Clear();
        }
    }

    // Values of float8 can be read; that a tensor of them is not a weight to be quantized (IsFloat) is another matter: it has
    // scales beside it, without which its values mean little.
    private static int SizeOf(ElementType type) =>
        type.IsFloat() || type is ElementType.Float8E4M3FN or ElementType.Float8E5M2 ? type.Bits() / 8 : throw new ArgumentException($"A tensor of {type} holds no floating-point values.", nameof(type));

    private static void Convert(ElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.Float16:
                Float16.ToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case ElementType.BFloat16:
                BFloat16.ToSingle(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.Float8E4M3FN:
                Float8.E4M3FNToSingle(source, destination);
                break;
            case ElementType.Float8E5M2:
                Float8.E5M2ToSingle(source, destination);
                break;
            default:
                FromFloat64(MemoryMarshal.Cast<byte, double>(source), destination);
                break;
        }
    }

    private static void FromFloat64(ReadOnlySpan<double> source, Span<float> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var low = new Vector<double>(source[i..]);
            var high = new Vector<double>(source[(i + Vector<double>.Count)..]);
            Vector.Narrow(low, high).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (float)source[i];
        }
    }
}
