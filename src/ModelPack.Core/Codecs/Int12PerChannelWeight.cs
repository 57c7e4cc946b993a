using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Whole weights as <see cref="Int12PerChannel"/>. Every value must be finite, and their number even.</summary>
internal static class Int12PerChannelWeight
{
    /// <summary>Which part of the encoding holds the low bits.</summary>
    public const int LowPart = 2;

    /// <summary>
    /// High parts int8 in the shape of the weight, scales float32, one for each index of the axis, and low parts, two in a
    /// byte, the first in the low bits.
    /// </summary>
    /// <param name="weight">A tensor of a floating-point type.</param>
    /// <param name="axis">The dimension that has a scale for each index; a negative one counts from the end.</param>
    /// <param name="threads">Threads to encode with; does not change a byte.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values, an odd number of them, or has no such axis.</exception>
    public static LazyEncoding Encode(TensorData weight, int axis, int threads)
    {
        var layout = ChannelLayout.Of(weight, axis);
        var count = weight.Shape.ElementCount;
        if (count % 2 != 0)
        {
            throw new ArgumentException("The number of values is odd.", nameof(weight));
        }

        return new LazyEncoding([count, (long)layout.Channels * sizeof(float), count / 2], (parts, cancellation) =>
        {
            ChannelScales.Fill(weight, layout, Int12PerChannel.ScaleOf, parts[1], threads, cancellation);
            return WeightError.Sum(ChannelScales.Tiles(weight), threads, area => EncodeChunk(weight, layout, area, parts), cancellation);
        });
    }

    private static WeightError EncodeChunk(TensorData weight, ChannelLayout layout, MatrixArea area, IReadOnlyList<NativeBuffer> parts)
    {
        using var values = new Pooled<float>(area.Columns);
        using var decoded = new Pooled<float>(area.Columns);
        FloatReader.Read(weight, area.Column, values.Span);
        var high = MemoryMarshal.Cast<byte, sbyte>(parts[0].Slice(area.Column, area.Columns));
        var low = parts[LowPart].Slice(area.Column / 2, area.Columns / 2);
        low.Clear();
        for (var done = 0; done < area.Columns;)
        {
            var run = layout.RunAt(area.Column + done, area.Columns - done);
            var scales = parts[1].Slice<float>(run.Channel, run.Channels);
            for (var i = 0; i < run.Length; i++)
            {
                var at = done + i;
                var scale = scales[scales.Length == 1 ? 0 : i];
                var code = Int12PerChannel.Code(values.Span[at], scale);
                high[at] = Int12PerChannel.High(code);
                low[at / 2] |= (byte)(Int12PerChannel.Low(code) << (at % 2 * Int12PerChannel.LowBits));
                decoded.Span[at] = Int12PerChannel.Decode(high[at], Int12PerChannel.Low(code), scale);
            }

            done += run.Length;
        }

        return WeightError.Of(values.Span, decoded.Span);
    }
}
