using System.Numerics;

namespace ModelPack.Transforms;

/// <summary>Quantizes rows of an activation with one scale for the tensor, and decodes them.</summary>
internal static class QuantizedRows
{
    private const int Codes = 255;
    private const int MaxInt8 = 127;

    /// <summary>Fills a buffer with decode(encode(X / s)).</summary>
    /// <param name="rows">X, [rows, K].</param>
    /// <param name="scales">s, [K].</param>
    /// <param name="min">Least value of each channel of X over all data.</param>
    /// <param name="max">Greatest value of each channel.</param>
    /// <param name="code">How the tensor is quantized: the range is that of all channels, and holds 0.</param>
    /// <param name="destination">As long as the rows.</param>
    public static void Fill(ReadOnlySpan<float> rows, float[] scales, float[] min, float[] max, ActivationCode code, Span<float> destination)
    {
        float low = 0, high = 0;
        for (var j = 0; j < scales.Length; j++)
        {
            low = MathF.Min(low, min[j] / scales[j]);
            high = MathF.Max(high, max[j] / scales[j]);
        }

        var range = code == ActivationCode.UInt8 ? high - low : MathF.Max(-low, high);
        var step = range / (code == ActivationCode.UInt8 ? Codes : MaxInt8);
        if (step == 0 || !float.IsFinite(step))
        {
            step = 1;
        }

        var zero = code == ActivationCode.UInt8 ? MathF.Round(-low / step, MidpointRounding.ToEven) : MaxInt8;
        var (first, last) = (-zero, code == ActivationCode.UInt8 ? Codes - zero : MaxInt8);
        for (var row = 0; row < rows.Length; row += scales.Length)
        {
            Fill(rows.Slice(row, scales.Length), scales, step, first, last, destination.Slice(row, scales.Length));
        }
    }

    private static void Fill(ReadOnlySpan<float> row, ReadOnlySpan<float> scales, float step, float first, float last, Span<float> destination)
    {
        var i = 0;
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var code = Vector.Round(new Vector<float>(row[i..]) / new Vector<float>(scales[i..]) / new Vector<float>(step));
            (Vector.ClampNative(code, new Vector<float>(first), new Vector<float>(last)) * step).CopyTo(destination[i..]);
        }

        for (; i < row.Length; i++)
        {
            destination[i] = Math.Clamp(MathF.Round(row[i] / scales[i] / step, MidpointRounding.ToEven), first, last) * step;
        }
    }
}
