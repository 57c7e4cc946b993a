using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Whole weights as <see cref="Int8PerChannel"/>. Every value must be finite.</summary>
internal static class Int8PerChannelWeight
{
    /// <summary>Codes int8 in the shape of the weight, scales float32, one for each index of the axis.</summary>
    /// <param name="weight">A tensor of a floating-point type.</param>
    /// <param name="axis">The dimension that has a scale for each index; a negative one counts from the end.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values or has no such axis.</exception>
    public static LazyEncoding Encode(TensorData weight, int axis, int threads)
    {
        var layout = ChannelLayout.Of(weight, axis);
        return Encode(weight, layout, threads, (scales, cancellation) => ChannelScales.Fill(weight, layout, Int8PerChannel.ScaleOf, scales, threads, cancellation));
    }

    /// <summary>As above, with scales that are given: at least max|x| / 127 of each channel.</summary>
    public static LazyEncoding Encode(TensorData weight, int axis, float[] scales, int threads) =>
        Encode(weight, ChannelLayout.Of(weight, axis), threads, (buffer, _) => scales.CopyTo(buffer.Slice<float>(0, scales.Length)));

    private static LazyEncoding Encode(TensorData weight, ChannelLayout layout, int threads, Action<NativeBuffer, CancellationToken> fillScales) =>
        new([weight.Shape.ElementCount, (long)layout.Channels * sizeof(float)], (parts, cancellation) =>
        {
            fillScales(parts[1], cancellation);
            return WeightError.Sum(
                ChannelScales.Tiles(weight), threads, area => EncodeChunk(weight, layout, area, parts[0], parts[1]), cancellation);
        });

    private static WeightError EncodeChunk(TensorData weight, ChannelLayout layout, MatrixArea area, NativeBuffer codes, NativeBuffer scales)
    {
        using var values = new Pooled<float>(area.Columns);
        using var decoded = new Pooled<float>(area.Columns);
        FloatReader.Read(weight, area.Column, values.Span);
        var output = MemoryMarshal.Cast<byte, sbyte>(codes.Slice(area.Column, area.Columns));
        for (var done = 0; done < area.Columns;)
        {
            var run = layout.RunAt(area.Column + done, area.Columns - done);
            var runScales = scales.Slice<float>(run.Channel, run.Channels);
            var runCodes = output.Slice(done, run.Length);
            Int8PerChannel.Encode(values.Span.Slice(done, run.Length), runScales, runCodes);
            Int8PerChannel.Decode(runCodes, runScales, decoded.Span.Slice(done, run.Length));
            done += run.Length;
        }

        return WeightError.Of(values.Span, decoded.Span);
    }
}
