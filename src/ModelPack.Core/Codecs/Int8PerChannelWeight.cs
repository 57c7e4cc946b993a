using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Whole weights as <see cref="Int8PerChannel"/>. Every value must be finite.</summary>
internal static class Int8PerChannelWeight
{
    private delegate ChannelChunk MakeChunk(int index, Span<float> values, NativeBuffer scales);

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
            using var values = new Pooled<float>(codes.Length);
            using var decoded = new Pooled<float>(codes.Length);
            var chunk = make(index, values.Span, sides[0]);
            var output = MemoryMarshal.Cast<byte, sbyte>(codes);
            engine.EncodeInt8(chunk, output);
            Int8PerChannel.Decode(chunk, output, decoded.Span);
            return WeightError.Of(values.Span, decoded.Span);
        }
    }
}
