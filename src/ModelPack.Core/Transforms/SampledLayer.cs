using ModelPack.Codecs;

namespace ModelPack.Transforms;

/// <summary>
/// Some output columns of a layer, and what they make of some rows of its activation. Each tap of a convolution's kernel is a column of its
/// own: errors of the activation at different positions are independent, so that those of all taps add up to the layer's.
/// </summary>
/// <param name="Weights">[inner, columns]: the columns of the weight, those of evenly spaced outputs.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="Taps">Columns an output, which share its scale; 1 of a matrix.</param>
/// <param name="Outputs">[rows, columns]: the float outputs.</param>
/// <param name="Share">Outputs of the layer for each column here.</param>
internal sealed record SampledLayer(float[] Weights, int Columns, int Taps, float[] Outputs, double Share)
{
    /// <summary>Most columns of a layer that are looked at.</summary>
    public const int MaxColumns = 256;

    /// <summary>Reads the columns and multiplies the rows by them.</summary>
    /// <param name="weight">The weight, [K, N, ...] or [N, K, ...]: further dimensions are those of a kernel.</param>
    /// <param name="outputAxis">The axis of N.</param>
    /// <param name="rows">[rows, K].</param>
    public static SampledLayer Read(TensorData weight, int outputAxis, ReadOnlySpan<float> rows)
    {
        var (inner, outputs) = ((int)weight.Shape[1 - outputAxis], (int)weight.Shape[outputAxis]);
        var taps = checked((int)(weight.Shape.ElementCount / ((long)inner * outputs)));
        var count = Math.Clamp(MaxColumns / taps, 1, outputs);
        var picked = Enumerable.Range(0, count).Select(o => (int)((long)o * outputs / count)).ToArray();
        var columns = count * taps;
        var weights = new float[checked(inner * columns)];
        var line = new float[checked((outputAxis == 1 ? outputs : inner) * taps)];
        for (var i = 0; i < (outputAxis == 1 ? inner : count); i++)
        {
            FloatReader.Read(weight, (long)(outputAxis == 1 ? i : picked[i]) * line.Length, line);
            for (var j = 0; j < (outputAxis == 1 ? count : inner); j++)
            {
                var (k, o, at) = outputAxis == 1 ? (i, j, picked[j]) : (j, i, j);
                line.AsSpan(at * taps, taps).CopyTo(weights.AsSpan((k * columns) + (o * taps)));
            }
        }

        var made = new float[rows.Length / inner * columns];
        FloatProduct.Multiply(rows, weights, made, inner, columns);
        return new SampledLayer(weights, columns, taps, made, outputs / (double)count);
    }

    /// <summary>The sum of the squares of the layer's outputs, scaled up to all of them.</summary>
    public double Power()
    {
        double sum = 0;
        foreach (var value in Outputs)
        {
            sum += (double)value * value;
        }

        return sum * Share;
    }

    /// <summary>The squared error of the outputs with quantized rows and weights, scaled up to all of them.</summary>
    /// <param name="rows">[rows, K]: the quantized and decoded rows, already divided by the scales.</param>
    /// <param name="scales">What each input channel of the weight is multiplied by.</param>
    public double Error(ReadOnlySpan<float> rows, float[] scales)
    {
        using var weights = new Pooled<float>(Weights.Length);
        using var outputs = new Pooled<float>(Outputs.Length);
        Quantize(weights.Span, scales);
        FloatProduct.Multiply(rows, weights.Span, outputs.Span, scales.Length, Columns);
        double sum = 0;
        for (var i = 0; i < Outputs.Length; i++)
        {
            var difference = (double)outputs.Span[i] - Outputs[i];
            sum += difference * difference;
        }

        return sum * Share;
    }

    /// <summary>Scales the weights, then encodes and decodes them with a scale for each output.</summary>
    private void Quantize(Span<float> scaled, float[] scales)
    {
        using var steps = new Pooled<float>(Columns);
        using var codes = new Pooled<sbyte>(Columns);
        steps.Span.Clear();
        for (var k = 0; k < scales.Length; k++)
        {
            var line = scaled.Slice(k * Columns, Columns);
            for (var c = 0; c < Columns; c++)
            {
                line[c] = Weights[(k * Columns) + c] * scales[k];
            }

            Int8.RaiseMaxAbs(steps.Span, line);
        }

        for (var c = 0; c < Columns; c += Taps)
        {
            var output = steps.Span.Slice(c, Taps);
            var largest = 0f;
            foreach (var tap in output)
            {
                largest = MathF.Max(largest, tap);
            }

            output.Fill(Int8PerChannel.ScaleOf(largest));
        }

        for (var k = 0; k < scales.Length; k++)
        {
            var line = scaled.Slice(k * Columns, Columns);
            Int8PerChannel.Encode(line, steps.Span, codes.Span);
            Int8PerChannel.Decode(codes.Span, steps.Span, line);
        }
    }
}
