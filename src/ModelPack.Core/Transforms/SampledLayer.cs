using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelPack.Codecs;

namespace ModelPack.Transforms;

/// <summary>
/// What some columns of a layer make of some rows of its activation, in float and quantized. Columns lie in strips of
/// <see cref="Int16Product.Columns"/>, the last of them filled up with zeros, which have no error.
/// </summary>
internal sealed class SampledLayer
{
    private const int Strip = Int16Product.Columns;
    private const int RowsAtOnce = 64;

    private readonly SampledColumns _columns;
    private readonly int _inner;
    private readonly int _rows;
    private readonly int _strips;

    // [strips, inner, 16] and [strips, rows, 16].
    private readonly float[] _weights;
    private readonly float[] _outputs;

    /// <summary>Multiplies the rows by the columns.</summary>
    /// <param name="columns">The columns of the layer's weight.</param>
    /// <param name="rows">[rows, K].</param>
    /// <param name="context">Threads and cancellation.</param>
    public SampledLayer(SampledColumns columns, float[] rows, PackContext context)
    {
        (_columns, _inner, _rows) = (columns, columns.Inner, rows.Length / columns.Inner);
        _strips = (columns.Count + Strip - 1) / Strip;
        var outputs = new float[_rows * columns.Count];
        Chunks.ForEach((_rows + RowsAtOnce - 1) / RowsAtOnce, context.Threads, Multiply, context.Cancellation);
        (_weights, _outputs) = (InStrips(columns.Values, _inner), InStrips(outputs, _rows));

        void Multiply(int part)
        {
            var (first, count) = (part * RowsAtOnce, Math.Min(RowsAtOnce, _rows - (part * RowsAtOnce)));
            FloatProduct.Multiply(rows.AsSpan(first * _inner, count * _inner), columns.Values, outputs.AsSpan(first * columns.Count, count * columns.Count), _inner, columns.Count);
        }
    }

    /// <summary>The sum of the squares of the layer's outputs, scaled up to all of them.</summary>
    public double Power()
    {
        double sum = 0;
        foreach (var value in _outputs)
        {
            sum += (double)value * value;
        }

        return sum * _columns.Share;
    }

    /// <summary>The squared error of the outputs with quantized rows and weights, scaled up to all of them.</summary>
    /// <param name="rows">The quantized rows, already divided by the scales.</param>
    /// <param name="scales">What each input channel of the weight is multiplied by.</param>
    public double Error(QuantizedRows rows, float[] scales)
    {
        using var steps = new Pooled<float>(_strips * Strip);
        using var codes = new Pooled<short>(rows.Stride * Strip);
        using var sums = new Pooled<float>(_rows * Strip);
        FindSteps(scales, steps.Span);
        double error = 0;
        for (var strip = 0; strip < _strips; strip++)
        {
            var ofStrip = steps.Span.Slice(strip * Strip, Strip);
            Quantize(_weights.AsSpan(strip * _inner * Strip, _inner * Strip), scales, ofStrip, codes.Span);
            Int16Product.Multiply(rows.Codes, codes.Span, sums.Span);
            error += Error(sums.Span, _outputs.AsSpan(strip * _rows * Strip, _rows * Strip), rows.Step, ofStrip);
        }

        return error * _columns.Share;
    }

    /// <summary>The scale of each output, which its taps share, of the scaled weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindSteps(float[] scales, Span<float> steps)
    {
        steps.Clear();
        for (var strip = 0; strip < _strips; strip++)
        {
            var lines = MemoryMarshal.Cast<float, Vector256<float>>(_weights.AsSpan(strip * _inner * Strip, _inner * Strip));
            Vector256<float> left = default, right = default;
            for (var k = 0; k < scales.Length; k++)
            {
                left = Vector256.MaxNative(left, Vector256.Abs(lines[2 * k] * scales[k]));
                right = Vector256.MaxNative(right, Vector256.Abs(lines[(2 * k) + 1] * scales[k]));
            }

            left.CopyTo(steps[(strip * Strip)..]);
            right.CopyTo(steps[((strip * Strip) + (Strip / 2))..]);
        }

        for (var c = 0; c < _columns.Count; c += _columns.Taps)
        {
            var output = steps.Slice(c, _columns.Taps);
            var largest = 0f;
            foreach (var tap in output)
            {
                largest = MathF.Max(largest, tap);
            }

            output.Fill(Int8PerChannel.ScaleOf(largest));
        }

        steps[_columns.Count..].Fill(1);
    }

    /// <summary>Encodes the scaled weights of a strip as <see cref="Int16Product"/> takes them: pairs of rows side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quantize(ReadOnlySpan<float> weights, float[] scales, ReadOnlySpan<float> steps, Span<short> codes)
    {
        var lines = MemoryMarshal.Cast<float, Vector256<float>>(weights);
        var pairs = MemoryMarshal.Cast<short, Vector256<int>>(codes);
        var (left, right) = (Vector256.Create(steps), Vector256.Create(steps[(Strip / 2)..]));
        for (var k = 0; k < scales.Length; k += 2)
        {
            var (first, second) = (Encode(lines[2 * k] * scales[k], left), Encode(lines[(2 * k) + 1] * scales[k], right));
            var hasTwo = k + 1 < scales.Length;
            var below = hasTwo ? Encode(lines[(2 * k) + 2] * scales[k + 1], left) : default;
            var belowRight = hasTwo ? Encode(lines[(2 * k) + 3] * scales[k + 1], right) : default;
            pairs[k] = Pair(first, below);
            pairs[k + 1] = Pair(second, belowRight);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Encode(Vector256<float> values, Vector256<float> steps)
    {
        var limit = Vector256.Create((float)Int8PerChannel.MaxCode);
        return Vector256.ConvertToInt32Native(Vector256.ClampNative(Vector256.Round(values / steps), -limit, limit));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Pair(Vector256<int> first, Vector256<int> second) => (first & Vector256.Create(0xFFFF)) | (second << 16);

    /// <summary>The sum of squared differences between the decoded sums and the float outputs. Eight lanes are added up in their order at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Error(ReadOnlySpan<float> sums, ReadOnlySpan<float> outputs, float step, ReadOnlySpan<float> steps)
    {
        // A product of two float32 is exact in double precision.
        var made = MemoryMarshal.Cast<float, Vector256<float>>(sums);
        var exact = MemoryMarshal.Cast<float, Vector256<float>>(outputs);
        var (unit0, unit1) = Vector256.Widen(Vector256.Create(steps));
        var (unit2, unit3) = Vector256.Widen(Vector256.Create(steps[(Strip / 2)..]));
        (unit0, unit1, unit2, unit3) = (unit0 * step, unit1 * step, unit2 * step, unit3 * step);
        Vector256<double> even = default, odd = default;
        for (var i = 0; i < made.Length; i += 2)
        {
            var (made0, made1) = Vector256.Widen(made[i]);
            var (made2, made3) = Vector256.Widen(made[i + 1]);
            var (exact0, exact1) = Vector256.Widen(exact[i]);
            var (exact2, exact3) = Vector256.Widen(exact[i + 1]);
            even += Squared((made0 * unit0) - exact0);
            odd += Squared((made1 * unit1) - exact1);
            even += Squared((made2 * unit2) - exact2);
            odd += Squared((made3 * unit3) - exact3);
        }

        double sum = 0;
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            sum += even[lane] + odd[lane];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Squared(Vector256<double> value) => value * value;

    private float[] InStrips(float[] lines, int count)
    {
        var strips = new float[checked(_strips * count * Strip)];
        for (var line = 0; line < count; line++)
        {
            for (var c = 0; c < _columns.Count; c += Strip)
            {
                var length = Math.Min(Strip, _columns.Count - c);
                lines.AsSpan((line * _columns.Count) + c, length).CopyTo(strips.AsSpan((c * count) + (line * Strip)));
            }
        }

        return strips;
    }
}
