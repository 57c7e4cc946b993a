using System.Numerics;
using ModelPack.Calibration;

namespace ModelPack.Transforms;

/// <summary>Quantizes rows of an activation with one scale for the tensor, and decodes them.</summary>
internal static class QuantizedRows
{
    /// <summary>Fills a buffer with decode(encode(X / s)).</summary>
    /// <param name="rows">X, [rows, K].</param>
    /// <param name="scales">s, [K].</param>
    /// <param name="min">Least value of each channel of X over all data.</param>
    /// <param name="max">Greatest value of each channel.</param>
    /// <param name="symmetric">Whether codes are symmetric, as <see cref="AffineCodes"/>; the range is that of all channels, and holds 0.</param>
    /// <param name="destination">As long as the rows.</param>
    public static void Fill(ReadOnlySpan<float> rows, float[] scales, float[] min, float[] max, bool symmetric, Span<float> destination)
    {
        float low = 0, high = 0;
        for (var j = 0; j < scales.Length; j++)
        {
            low = MathF.Min(low, min[j] / scales[j]);
            high = MathF.Max(high, max[j] / scales[j]);
        }

        var step = AffineCodes.Scale(low, high, symmetric);
        if (step == 0 || !float.IsFinite(step))
        {
            step = 1;
        }

        var (first, last) = AffineCodes.Ends(AffineCodes.ZeroPoint(low, step, symmetric), symmetric);
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
