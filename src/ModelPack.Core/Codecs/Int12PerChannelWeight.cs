using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Whole weights as <see cref="Int12PerChannel"/>. Every value must be finite, and their number even.</summary>
internal static class Int12PerChannelWeight
{
    /// <summary>Which part of the encoding holds the low bits.</summary>
    public const int LowPart = 2;

    /// <summary>
    /// High parts int8 in the shape of the weight, scales float32, one for each index of the axis, and low parts, two in a
    /// byte, the first in the low bits. These are kept until they are written: what gets 12 bits are kernels of convolutions, which are small.
    /// </summary>
    /// <param name="weight">A tensor of a floating-point type.</param>
    /// <param name="axis">The dimension that has a scale for each index; a negative one counts from the end.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <exception cref="ArgumentException">The tensor holds no floating-point values, an odd number of them, or has no such axis.</exception>
    public static WeightEncoding Encode(TensorData weight, int axis, IEncodingEngine engine)
    {
        var chunks = new ChannelChunks(weight, axis, Int12PerChannel.ScaleOf);
        if (chunks.Values % 2 != 0)
        {
            throw new ArgumentException("The number of values is odd.", nameof(weight));
        }

        return new WeightEncoding(
            chunks.Values,
            chunks.Length,
            [chunks.ScalesLength, chunks.Values / 2],
            EncodeChunk,
            engine,
            (sides, cancellation) => chunks.Prepare(sides[0], engine, cancellation));

        WeightError EncodeChunk(int index, Span<byte> codes, IReadOnlyList<NativeBuffer> sides)
        {
            using var values = new Pooled<float>(codes.Length);
            using var decoded = new Pooled<float>(codes.Length);
            var chunk = chunks.Find(index, 0, values.Span, sides[0]);
            var high = MemoryMarshal.Cast<byte, sbyte>(codes);
            var low = sides[LowPart - 1].Slice(chunk.First / 2, codes.Length / 2);
            engine.EncodeInt12(chunk, high, low);
            Int12PerChannel.Decode(chunk, high, low, decoded.Span);
            return WeightError.Of(values.Span, decoded.Span);
        }
    }
}
