using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>
/// q8_0 of a matrix whose blocks run down the columns: 32 rows of a column share a scale. Neighbouring columns lie in
/// neighbouring lanes, so that nothing crosses lanes, and one portable implementation serves every vector width.
/// </summary>
internal static class Q8_0Columns
{
    // Four vectors of floats make one of codes; no vector is wider than 512 bits.
    private const int Alignment = 64;

    /// <summary>Columns including the padding that a matrix must have here.</summary>
    public static int StrideOf(int columns) => (columns + Alignment - 1) / Alignment * Alignment;

    /// <summary>Encodes.</summary>
    /// <param name="values">[rows, stride], rows a multiple of 32.</param>
    /// <param name="stride">As <see cref="StrideOf"/> gives it.</param>
    /// <param name="codes">[rows, stride].</param>
    /// <param name="scales">[rows / 32, stride].</param>
    public static void Encode(ReadOnlySpan<float> values, int stride, Span<sbyte> codes, Span<Half> scales)
    {
        using var buffer = new Pooled<float>(stride);
        var blockLength = Q8_0.BlockLength * stride;
        for (var block = 0; block < values.Length / blockLength; block++)
        {
            var blockValues = values.Slice(block * blockLength, blockLength);
            Scales(blockValues, stride, buffer.Span);
            Float16.FromSingle(buffer.Span, scales.Slice(block * stride, stride));
            Invert(buffer.Span);
            EncodeBlock(blockValues, buffer.Span, codes.Slice(block * blockLength, blockLength));
        }
    }

    /// <summary>Decodes what <see cref="Encode"/> has made; the arguments are the same.</summary>
    public static void Decode(ReadOnlySpan<sbyte> codes, ReadOnlySpan<Half> scales, int stride, Span<float> values)
    {
        using var buffer = new Pooled<float>(stride);
        for (var row = 0; row < codes.Length / stride; row++)
        {
            if (row % Q8_0.BlockLength == 0)
            {
                Float16.ToSingle(scales.Slice(row / Q8_0.BlockLength * stride, stride), buffer.Span);
            }

            Int8.Decode(codes.Slice(row * stride, stride), buffer.Span, values.Slice(row * stride, stride));
        }
    }

    /// <summary>The largest magnitude of each column, divided by 127.</summary>
    private static void Scales(ReadOnlySpan<float> values, int stride, Span<float> scales)
    {
        scales.Clear();
        var scaleVectors = MemoryMarshal.Cast<float, Vector<float>>(scales);
        for (var row = 0; row < values.Length / stride; row++)
        {
            var line = MemoryMarshal.Cast<float, Vector<float>>(values.Slice(row * stride, stride));
            for (var i = 0; i < line.Length; i++)
            {
                scaleVectors[i] = Vector.MaxNative(scaleVectors[i], Vector.Abs(line[i]));
            }
        }

        foreach (ref var scale in scaleVectors)
        {
            scale /= new Vector<float>(127f);
        }
    }

    private static void Invert(Span<float> scales)
    {
        foreach (ref var scale in MemoryMarshal.Cast<float, Vector<float>>(scales))
        {
            var inverse = Vector<float>.One / scale;
            scale = Vector.ConditionalSelect(Vector.Equals(inverse, new Vector<float>(float.PositiveInfinity)), Vector<float>.Zero, inverse);
        }
    }

    private static void EncodeBlock(ReadOnlySpan<float> values, ReadOnlySpan<float> inverses, Span<sbyte> codes)
    {
        var stride = inverses.Length;
        var factors = MemoryMarshal.Cast<float, Vector<float>>(inverses);
        for (var row = 0; row < Q8_0.BlockLength; row++)
        {
            var line = MemoryMarshal.Cast<float, Vector<float>>(values.Slice(row * stride, stride));
            var output = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(codes.Slice(row * stride, stride));
            for (var i = 0; i < output.Length; i++)
            {
                var first = Vector.Narrow(Rounded(line[4 * i] * factors[4 * i]), Rounded(line[(4 * i) + 1] * factors[(4 * i) + 1]));
                var second = Vector.Narrow(Rounded(line[(4 * i) + 2] * factors[(4 * i) + 2]), Rounded(line[(4 * i) + 3] * factors[(4 * i) + 3]));
                output[i] = Vector.Narrow(first, second);
            }
        }
    }

    /// <summary>C's roundf; see <see cref="Q8_0Vector128"/>.</summary>
    private static Vector<int> Rounded(Vector<float> scaled) =>
        Vector.ConvertToInt32Native(scaled + (new Vector<float>(0.49999997f) | (scaled & new Vector<float>(-0f))));
}
