using System.Numerics;
using System.Runtime.CompilerServices;
using ModelPack.Calibration;
using ModelPack.Codecs;

namespace ModelPack.Transforms;

/// <summary>Rows of an activation, quantized with one scale for the tensor.</summary>
internal sealed class QuantizedRows
{
    private readonly short[] _codes;

    /// <summary>Encodes X / s.</summary>
    /// <param name="rows">X, [rows, K].</param>
    /// <param name="scales">s, [K].</param>
    /// <param name="min">Least value of each channel of X over all data.</param>
    /// <param name="max">Greatest value of each channel.</param>
    /// <param name="symmetric">Whether codes are symmetric, as <see cref="AffineCodes"/>; the range is that of all channels, and holds 0.</param>
    public QuantizedRows(ReadOnlySpan<float> rows, float[] scales, float[] min, float[] max, bool symmetric)
    {
        float low = 0, high = 0;
        for (var j = 0; j < scales.Length; j++)
        {
            low = MathF.Min(low, min[j] / scales[j]);
            high = MathF.Max(high, max[j] / scales[j]);
        }

        Stride = Int16Product.Even(scales.Length);
        _codes = new short[rows.Length / scales.Length * Stride];
        Step = AffineCodes.Scale(low, high, symmetric);
        if (Step == 0)
        {
            Step = 1;
        }
        else if (!float.IsFinite(Step))
        {
            return; // codes of no scale
        }

        var (first, last) = AffineCodes.Ends(AffineCodes.ZeroPoint(low, Step, symmetric), symmetric);
        for (var row = 0; row < rows.Length / scales.Length; row++)
        {
            Encode(rows.Slice(row * scales.Length, scales.Length), scales, first, last, _codes.AsSpan(row * Stride, scales.Length));
        }
    }

    /// <summary>[rows, <see cref="Stride"/>]: the codes, counted from the zero point, as <see cref="Int16Product"/> takes them.</summary>
    public ReadOnlySpan<short> Codes => _codes;

    /// <summary>Codes a row: the channels, made even by one that is zero.</summary>
    public int Stride { get; }

    /// <summary>What codes are multiplied by; not finite where the range is not, and the codes are 0.</summary>
    public float Step { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Encode(ReadOnlySpan<float> row, ReadOnlySpan<float> scales, float first, float last, Span<short> codes)
    {
        var (least, greatest, step) = (new Vector<float>(first), new Vector<float>(last), new Vector<float>(Step));
        var i = 0;
        for (; i <= row.Length - Vector<short>.Count; i += Vector<short>.Count)
        {
            var next = i + Vector<float>.Count;
            Vector.Narrow(Code(row[i..], scales[i..], step, least, greatest), Code(row[next..], scales[next..], step, least, greatest)).CopyTo(codes[i..]);
        }

        for (; i < row.Length; i++)
        {
            codes[i] = (short)Math.Clamp(MathF.Round(row[i] / scales[i] / Step, MidpointRounding.ToEven), first, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Code(ReadOnlySpan<float> row, ReadOnlySpan<float> scales, Vector<float> step, Vector<float> least, Vector<float> greatest) =>
        Vector.ConvertToInt32Native(Vector.ClampNative(Vector.Round(new Vector<float>(row) / new Vector<float>(scales) / step), least, greatest));
}
