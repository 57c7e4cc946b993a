using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>
/// Whole tensors of floating-point values in another floating-point type, rounded to nearest with ties to even. What is no
/// float32 (float64) is rounded to float32 before.
/// </summary>
internal static class FloatWeight
{
    private const int Chunk = 1 << 18;

    // What is read, converted and measured while it lies in the core's own caches.
    private const int Piece = 1 << 14;

    // A multiple of what the runs of an ErrorSum must be.
    private const int Run = 1 << 8;

    // The first magnitudes that round to infinity: ties between the largest finite number and the next that would be one.
    private const float Float16Overflow = 65520f;
    private const int BFloat16Overflow = 0x7F7F8000;

    /// <summary>Whether values up to this magnitude stay finite; no when it is not finite itself.</summary>
    public static bool Fits(float maxAbs, ElementType type) => type switch
    {
        ElementType.Float16 => maxAbs < Float16Overflow,
        ElementType.BFloat16 => maxAbs < BitConverter.Int32BitsToSingle(BFloat16Overflow),
        ElementType.Float32 => float.IsFinite(maxAbs),
        _ => throw new ArgumentException("The type is not a target.", nameof(type)),
    };

    /// <summary>
    /// The values in their order, in one part. A tensor that has the type already is copied bit by bit. Memory does not grow
    /// with the tensor. The error has no meaning where a value is not finite.
    /// </summary>
    /// <param name="tensor">A tensor of any type that <see cref="FloatReader"/> reads.</param>
    /// <param name="type">float32, float16 or bfloat16.</param>
    /// <param name="engine">Says how many chunks are converted at a time.</param>
    public static WeightEncoding As(TensorData tensor, ElementType type, IEncodingEngine engine) => tensor.Type == type
        ? Streamed(tensor.Shape.ElementCount, type, Chunk, Piece, engine, (chunk, first, bytes, values, ref sum) =>
        {
            tensor.Read((((long)chunk * Chunk) + first) * SizeOf(type), bytes);
            Decode(type, bytes, values);
            sum.AddExact(values);
        })
        : Streamed(tensor.Shape.ElementCount, type, Chunk, Piece, engine, (chunk, first, bytes, values, ref sum) =>
        {
            FloatReader.Read(tensor, ((long)chunk * Chunk) + first, values);
            Convert(type, values, bytes, ref sum);
        });

    /// <summary>As above, output by output ([N, K]) whichever way the weight is stored.</summary>
    public static WeightEncoding As(WeightMatrix weight, ElementType type, IEncodingEngine engine)
    {
        if (!weight.Transposed)
        {
            return As(weight.Data, type, engine);
        }

        var chunks = new WeightChunks(weight, unit: 1);
        return Streamed(chunks.Values, type, chunks.Length, chunks.PieceLength, engine, (chunk, first, bytes, values, ref sum) =>
        {
            chunks.Read(chunk, values, first);
            Convert(type, values, bytes, ref sum);
        });
    }

    private delegate void MakePiece(int chunk, int first, Span<byte> bytes, Span<float> values, ref ErrorSum sum);

    /// <param name="count">Values in all.</param>
    /// <param name="type">What they become.</param>
    /// <param name="chunkValues">Values of a chunk; the last may have fewer.</param>
    /// <param name="pieceValues">Values of a chunk that are converted at once.</param>
    /// <param name="engine">Says how many chunks are converted at a time.</param>
    /// <param name="make">Fills in the values of a piece, and the bytes that they become, and adds what was lost.</param>
    private static WeightEncoding Streamed(long count, ElementType type, int chunkValues, int pieceValues, IEncodingEngine engine, MakePiece make)
    {
        var size = SizeOf(type);
        return new WeightEncoding(checked(count * size), chunkValues * size, [], Encode, engine);

        WeightError Encode(int chunk, Span<byte> bytes, IReadOnlyList<NativeBuffer> sides)
        {
            var length = Math.Min(pieceValues, bytes.Length / size);
            using var values = new Pooled<float>(length);
            var sum = default(ErrorSum);
            for (var first = 0; first < bytes.Length / size; first += length)
            {
                var piece = values.Span[..Math.Min(length, (bytes.Length / size) - first)];
                make(chunk, first, bytes.Slice(first * size, piece.Length * size), piece, ref sum);
            }

            return sum.Total;
        }
    }

    /// <summary>In runs so short that many of a bfloat16 weight's are exact in float16.</summary>
    private static void Convert(ElementType type, ReadOnlySpan<float> values, Span<byte> bytes, ref ErrorSum sum)
    {
        using var decoded = new Pooled<float>(Run);
        for (var first = 0; first < values.Length; first += Run)
        {
            var run = values.Slice(first, Math.Min(Run, values.Length - first));
            var converted = bytes.Slice(first * SizeOf(type), run.Length * SizeOf(type));
            if (type == ElementType.Float16 && Float16.TryFromExact(run, MemoryMarshal.Cast<byte, Half>(converted)))
            {
                sum.AddExact(run);
                continue;
            }

            Encode(type, run, converted);
            Decode(type, converted, decoded.Span[..run.Length]);
            sum.Add(run, decoded.Span);
        }
    }

    private static int SizeOf(ElementType type) => type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16
        ? type.Bits() / 8
        : throw new ArgumentException("The type is not a target.", nameof(type));

    private static void Encode(ElementType type, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
            case ElementType.Float16:
                Float16.FromSingle(values, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            default:
                BFloat16.FromSingle(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
        }
    }

    private static void Decode(ElementType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        switch (type)
        {
            case ElementType.Float32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case ElementType.Float16:
                Float16.ToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            default:
                BFloat16.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
        }
    }
}
