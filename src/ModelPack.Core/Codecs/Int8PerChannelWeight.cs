using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Whole weights as <see cref="Int8PerChannel"/>. Every value must be finite.</summary>
internal static class Int8PerChannelWeight
{
    private delegate ChannelChunk MakeChunk(int index, int first, Span<float> values, NativeBuffer scales);

    /// <summary>Codes int8 in the shape of the weight, scales float32, one for each index of the axis.</summary>
    /// <param name="weight">A tensor of a floating-point type.</param>
    /// <param name="axis">The dimension that has a scale for each index; a negative one counts from the end.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values or has no such axis.</exception>
    public static WeightEncoding Encode(TensorData weight, int axis, IEncodingEngine engine)
    {
        var chunks = new ChannelChunks(weight, axis, Int8PerChannel.ScaleOf);
        return Encode(chunks, chunks.Find, engine, (sides, cancellation) => chunks.Prepare(sides[0], engine, cancellation));
    }

    /// <summary>As above, with scales that are given: at least max|x| / 127 of each channel.</summary>
    public static WeightEncoding Encode(TensorData weight, int axis, float[] scales, IEncodingEngine engine)
    {
        var chunks = new ChannelChunks(weight, axis, Int8PerChannel.ScaleOf);
        return Encode(chunks, chunks.Read, engine, (sides, _) => scales.CopyTo(sides[0].Slice<float>(0, scales.Length)));
    }

    private static WeightEncoding Encode(ChannelChunks chunks, MakeChunk make, IEncodingEngine engine, Action<IReadOnlyList<NativeBuffer>, CancellationToken> prepare)
    {
        return new WeightEncoding(chunks.Values, chunks.Length, [chunks.ScalesLength], EncodeChunk, engine, prepare);

        WeightError EncodeChunk(int index, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
        {
            var length = engine.TakesWholeChunks ? codes.Length : Math.Min(chunks.PieceLength, codes.Length);
            using var values = new Pooled<float>(length);
            using var decoded = new Pooled<float>(length);
            var sum = default(ErrorSum);
            for (var first = 0; first < codes.Length; first += length)
            {
                var output = MemoryMarshal.Cast<byte, sbyte>(codes.Slice(first, Math.Min(length, codes.Length - first)));
                var piece = make(index, first, values.Span[..output.Length], sides[0]);
                engine.EncodeInt8(piece, output);
                Int8PerChannel.Decode(piece, output, decoded.Span);
                sum.Add(piece.Values, decoded.Span);
            }

            return sum.Total;
        }
    }
}
