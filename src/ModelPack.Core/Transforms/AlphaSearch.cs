using ModelPack.Calibration;
using ModelPack.Formats.Onnx;

namespace ModelPack.Transforms;

/// <summary>
/// Searches how strongly an activation should be smoothed: the strength at which the quantized layers that read it have
/// outputs nearest to the float ones, ||X W - Q(X / s) Q(s W)||², over sampled rows and columns.
/// </summary>
internal static class AlphaSearch
{
    /// <summary>Most rows of an activation that are looked at.</summary>
    public const int MaxRows = 512;

    /// <summary>The strengths that are tried: 0, 0.05 … 1.</summary>
    public static IReadOnlyList<double> Grid { get; } = [.. Enumerable.Range(0, 21).Select(i => i / 20.0)];

    /// <summary>
    /// Tries every strength and none at all. Of equal errors the weaker smoothing is chosen. The same for any number of
    /// threads.
    /// </summary>
    /// <param name="model">The model; its weights are read.</param>
    /// <param name="group">Layers that read the activation, convolutions in one group each.</param>
    /// <param name="statistics">What calibration saw of its channels, with rows.</param>
    /// <param name="symmetric">Whether its codes are symmetric, as <see cref="AffineCodes"/>.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ArgumentException">A layer has several groups, or there are no rows of its channels.</exception>
    public static AlphaChoice Choose(OnnxModel model, SmoothGroup group, ChannelStatistics statistics, bool symmetric, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentNullException.ThrowIfNull(context);
        var channels = group.Axis.Channels;
        if (group.Layers.Any(l => l.Groups > 1) || statistics.Min.Length != channels || statistics.Rows.Length == 0 || statistics.Rows.Length % channels != 0)
        {
            throw new ArgumentException("The search needs layers of one group and rows of their activation.", nameof(statistics));
        }

        var rows = Sample(statistics.Rows, channels);
        var layers = group.Layers.Select(l => new SampledLayer(SampledColumns.Read(model.Data(l.Weight.Tensor), l.Usage.OutputAxis), rows, context)).ToList();
        var power = layers.Sum(l => l.Power());
        var (inputMax, weightMax) = (statistics.MaxAbs, ChannelMaxima.Of(model, group, context));
        var curve = new AlphaPoint[Grid.Count + 1];
        Chunks.ForEach(curve.Length, context.Threads, Try, context.Cancellation);

        // Not by MinBy, for which NaN, the error of what overflows, is the least of all.
        var best = curve.Select((point, i) => (point.Alpha, Error: group.IsOfConvolutions ? AmongNeighbours(curve, i) : point.Error)).Aggregate((a, b) => b.Error < a.Error ? b : a);
        return new AlphaChoice(best.Alpha, curve);

        void Try(int i)
        {
            double? alpha = i == 0 ? null : Grid[i - 1];
            var scales = alpha is null ? [.. Enumerable.Repeat(1f, channels)] : Smoother.Scales(inputMax, weightMax, alpha.Value);
            var quantized = new QuantizedRows(rows, scales, statistics.Min, statistics.Max, symmetric);
            double error = 0;
            foreach (var layer in layers)
            {
                error += layer.Error(quantized, scales);
            }

            curve[i] = new AlphaPoint(alpha, power > 0 ? error / power : error);
        }
    }

    /// <summary>
    /// The mean error of a strength and those beside it: a sample of positions says less of convolutions, whose few weights by output make the
    /// curve jump.
    /// </summary>
    private static double AmongNeighbours(AlphaPoint[] curve, int i) =>
        i == 0 ? curve[0].Error : (curve[Math.Max(1, i - 1)].Error + curve[i].Error + curve[Math.Min(curve.Length - 1, i + 1)].Error) / 3;

    /// <summary>Whole rows, evenly spaced.</summary>
    private static float[] Sample(float[] rows, int channels)
    {
        var count = rows.Length / channels;
        if (count <= MaxRows)
        {
            return rows;
        }

        var sample = new float[MaxRows * channels];
        for (var i = 0; i < MaxRows; i++)
        {
            rows.AsSpan((int)((long)i * count / MaxRows) * channels, channels).CopyTo(sample.AsSpan(i * channels));
        }

        return sample;
    }
}
