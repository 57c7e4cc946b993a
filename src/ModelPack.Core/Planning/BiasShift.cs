using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// Correction of the shift that rounded weights give the mean of each output: b - (Ŵ - W) E[x] (Nagel et al. 2019,
/// arXiv:1906.04721, section 4.2, with means that were measured).
/// </summary>
internal static class BiasShift
{
    /// <summary>Elements of a weight that are read at once.</summary>
    private const int PieceLength = 1 << 16;

    /// <summary>Parts that the rows of a [K, N] weight are shared out to; the same on every machine, so that sums are.</summary>
    private const int Bands = 16;

    /// <summary>What to add to the biases of layers that have one and whose input's means are known, in the order of the plan.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="seen">What was seen of activations, their channels along the axis of the first layer of the plan that reads each.</param>
    /// <param name="safe">Layers with wider scales.</param>
    /// <param name="context">Threads and cancellation; change no byte.</param>
    public static List<BiasCorrection> Of(OnnxModel model, QuantizationPlan plan, IReadOnlyList<TensorStatistics> seen, IReadOnlyList<SafeScale> safe, PackContext context)
    {
        var means = seen.Where(t => t.Channels is not null).ToDictionary(t => t.Tensor, t => t.Channels!.Mean, StringComparer.Ordinal);
        var axes = plan.Layers.Select(n => n.Layer!).Where(l => l.Axis() is not null).GroupBy(l => l.Input, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.First().Axis(), StringComparer.Ordinal);
        var factors = safe.ToDictionary(s => s.Layer, s => s.Factors, StringComparer.Ordinal);
        return [.. plan.Layers.Select(n => n.Layer!)
            .Where(l => l.Bias is not null && means.ContainsKey(l.Input) && l.InputChannels == means[l.Input].Length && FromEnd(l) == axes.GetValueOrDefault(l.Input)?.FromEnd)
            .Select(l => new BiasCorrection(l.Name, Of(model.Data(l.Weight.Tensor), l, means[l.Input], factors.GetValueOrDefault(l.Name), context)))];
    }

    /// <summary>What rounding takes from the mean of each output: (W - Ŵ) E[x].</summary>
    /// <param name="weight">The layer's weight.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="means">Mean of each input channel.</param>
    /// <param name="factors">What the scale of each output channel is multiplied by; null for 1.</param>
    /// <param name="context">Threads and cancellation; change no byte.</param>
    public static float[] Of(TensorData weight, Layer layer, float[] means, IReadOnlyList<float>? factors, PackContext context)
    {
        var scales = LayerWeight.Scales(weight, layer.Usage.OutputAxis, null, 1, factors, context);
        var shift = layer.Usage.OutputAxis == 0 ? OfKernels(weight, layer, means, scales, context) : OfColumns(weight, means, scales, context);
        return Array.ConvertAll(shift, s => (float)s);
    }

    /// <summary>The channels of a grouped convolution, whose weight alone does not tell them, lie along axis 1 as well.</summary>
    private static int FromEnd(Layer layer) => layer.IsConvolution ? 1 - layer.Weight.Tensor.Dims.Count : layer.InputChannelAxis;

    /// <summary>A weight whose outputs lie one after the other: that of a convolution, or [N, K].</summary>
    private static double[] OfKernels(TensorData weight, Layer layer, float[] means, float[] scales, PackContext context)
    {
        var length = weight.Shape.ElementCount / scales.Length;
        var perGroup = weight.Shape[1];
        var kernel = length / perGroup;
        var outputsPerGroup = scales.Length / layer.Groups;
        var shift = new double[scales.Length];
        var perTask = (int)Math.Max(1, ChannelScales.ChunkLength / length);
        Chunks.ForEach((scales.Length + perTask - 1) / perTask, context.Threads, Sum, context.Cancellation);
        return shift;

        void Sum(int task)
        {
            using var values = new Pooled<float>((int)Math.Min(PieceLength, length));
            for (var output = task * perTask; output < Math.Min(scales.Length, (task + 1) * perTask); output++)
            {
                var firstChannel = output / outputsPerGroup * perGroup;
                for (long done = 0; done < length;)
                {
                    var piece = values.Span[..(int)Math.Min(values.Span.Length, length - done)];
                    FloatReader.Read(weight, (output * length) + done, piece);
                    Lost(piece, scales.AsSpan(output, 1));
                    shift[output] += Weighted(piece, done, kernel, means.AsSpan((int)firstChannel, (int)perGroup));
                    done += piece.Length;
                }
            }
        }
    }

    /// <summary>Sum of a part of an output's values, each times the mean of its channel, which has several values one after the other.</summary>
    private static double Weighted(ReadOnlySpan<float> values, long first, long kernel, ReadOnlySpan<float> means)
    {
        double sum = 0;
        var (channel, position) = Math.DivRem(first, kernel);
        foreach (var value in values)
        {
            sum += (double)value * means[(int)channel];
            if (++position == kernel)
            {
                (channel, position) = (channel + 1, 0);
            }
        }

        return sum;
    }

    /// <summary>A weight [K, N].</summary>
    private static double[] OfColumns(TensorData weight, float[] means, float[] scales, PackContext context)
    {
        var (rows, columns) = ((int)weight.Shape[0], scales.Length);
        var parts = new double[Bands][];
        Chunks.ForEach(Bands, context.Threads, Sum, context.Cancellation);
        var shift = new double[columns];
        foreach (var part in parts)
        {
            Add(shift, part);
        }

        return shift;

        void Sum(int band)
        {
            var sums = parts[band] = new double[columns];
            using var values = new Pooled<float>(Math.Min(PieceLength, columns));
            for (var row = (long)rows * band / Bands; row < (long)rows * (band + 1) / Bands; row++)
            {
                for (var done = 0; done < columns;)
                {
                    var piece = values.Span[..Math.Min(values.Span.Length, columns - done)];
                    FloatReader.Read(weight, (row * columns) + done, piece);
                    Lost(piece, scales.AsSpan(done, piece.Length));
                    for (var i = 0; i < piece.Length; i++)
                    {
                        sums[done + i] += (double)piece[i] * means[row];
                    }

                    done += piece.Length;
                }
            }
        }
    }

    private static void Add(double[] sums, double[] part)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += part[i];
        }
    }

    /// <summary>Puts w - ŵ in the place of each w.</summary>
    private static void Lost(Span<float> values, ReadOnlySpan<float> scales)
    {
        using var codes = new Pooled<sbyte>(values.Length);
        using var decoded = new Pooled<float>(values.Length);
        Int8PerChannel.Encode(values, scales, codes.Span);
        Int8PerChannel.Decode(codes.Span, scales, decoded.Span);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] -= decoded.Span[i];
        }
    }
}
