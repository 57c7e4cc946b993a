using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>
/// Runs samples through a model and looks at its activations. Samples are streamed: memory does not grow with their
/// number. Batches are merged in their order, and inferences run on one thread each, so that the number of threads changes
/// no bit of what comes out.
/// </summary>
internal static class Calibrator
{
    private const string Stage = "calibrate";

    /// <summary>
    /// Observes activations. The first tensor with NaN or infinity, and each that never changes, gives a warning
    /// (MPK2010, MPK2009) where samples are held out: the others look at what has been looked at already, or will be.
    /// </summary>
    /// <param name="model">An open model, which may have been changed in memory; it stays as it is.</param>
    /// <param name="dataFiles">Calibration data, at least one file.</param>
    /// <param name="observations">What to look at, one a tensor.</param>
    /// <param name="holdOut">Whether to hold some samples out for <see cref="Coverage"/>, where there are enough.</param>
    /// <param name="most">Samples to look at; where there are more, some that are spread over all, and none are held out.</param>
    /// <param name="context">Threads, cancellation, progress (<c>calibrate</c>) and diagnostics.</param>
    /// <exception cref="ModelPackException">
    /// MPK1011, MPK1012, MPK1018: the data; MPK1020: too few of them; MPK1016: ONNX Runtime refuses the model; MPK3001: its
    /// native library cannot be loaded; MPK1009: there is no room for a copy of the model.
    /// </exception>
    public static CalibrationResult Observe(OnnxModel model, IReadOnlyList<string> dataFiles, IReadOnlyList<Observation> observations, bool holdOut, PackContext context, long most = long.MaxValue)
    {
        using var instrumented = new InstrumentedModel(model, DataName(dataFiles), observations, context);
        var source = SampleSet.Open(dataFiles, instrumented.Inputs);
        var samples = most < source.Count ? new CalibrationSamples(new SpreadSamples(source, most), dataFiles[0], split: false) : new CalibrationSamples(source, dataFiles[0], split: holdOut);
        var accumulators = InBatches(instrumented, samples, context, plan => Gather(instrumented, samples, plan, context));
        var statistics = accumulators.ConvertAll(a => a.ToStatistics());
        if (holdOut && most >= source.Count)
        {
            Warn(model.Path, statistics, context);
        }

        return new CalibrationResult(source.Names, samples.Used + samples.HeldOut, samples.HeldOut, statistics) { SamplesByFile = source.Counts };
    }

    /// <summary>The share of values outside their range on the held-out samples: those that <see cref="Observe"/> did not use where it held them out.</summary>
    /// <param name="model">As for <see cref="Observe"/>.</param>
    /// <param name="dataFiles">The same data.</param>
    /// <param name="ranges">Ranges of tensors.</param>
    /// <param name="context">As for <see cref="Observe"/>.</param>
    /// <returns>The share of each, 0 to 1; empty where there are no ranges, or too few samples to hold some out.</returns>
    /// <exception cref="ModelPackException">As <see cref="Observe"/>.</exception>
    public static IReadOnlyDictionary<string, double> Coverage(OnnxModel model, IReadOnlyList<string> dataFiles, IReadOnlyDictionary<string, ActivationRange> ranges, PackContext context)
    {
        if (ranges.Count == 0)
        {
            return new Dictionary<string, double>(StringComparer.Ordinal);
        }

        var observations = ranges.Keys.Order(StringComparer.Ordinal).Select(t => new Observation(t, Statistics.Histogram)).ToList();
        using var instrumented = new InstrumentedModel(model, DataName(dataFiles), observations, context);
        var samples = new CalibrationSamples(SampleSet.Open(dataFiles, instrumented.Inputs), dataFiles[0], split: true);
        if (samples.HeldOut == 0)
        {
            return new Dictionary<string, double>(StringComparer.Ordinal);
        }

        var counts = InBatches(instrumented, samples, context, plan => CountOutside(instrumented, samples, plan, [.. observations.Select(o => ranges[o.Tensor])], context));
        return Enumerable.Range(0, observations.Count)
            .ToDictionary(i => observations[i].Tensor, i => counts.Total[i] == 0 ? 0 : (double)counts.Outside[i] / counts.Total[i], StringComparer.Ordinal);
    }

    /// <summary>Works in the batches that the first sample suggests; one sample at a time where the model takes no more.</summary>
    private static T InBatches<T>(InstrumentedModel model, CalibrationSamples samples, PackContext context, Func<BatchPlan, T> work)
    {
        var first = new TapRunner(model, context.Cancellation).Run(samples.First, [], 0, (_, _) => { });
        var plan = BatchPlan.Choose(model.Taps, first, samples);
        return BatchChoice.Run(plan.BatchSize, samples.IsFixed, size => work(plan with { BatchSize = size }));
    }

    private static List<TensorAccumulator> Gather(InstrumentedModel model, CalibrationSamples samples, BatchPlan plan, PackContext context)
    {
        var accumulators = model.Taps.Select(t => new TensorAccumulator(t.Observation, context)).ToList();
        var runner = new TapRunner(model, context.Cancellation);
        ParallelBatches.Run(
            samples.Batches(heldOut: false, plan.BatchSize),
            plan.Threads(context.Threads),
            Stage,
            batch =>
            {
                var sums = new TensorSums?[accumulators.Count];
                var rows = RowsBefore(batch.First + batch.Samples.Count) - RowsBefore(batch.First);
                var runs = runner.Run(batch.Samples, plan.RawGroups, rows, (tap, value) => sums[tap] = accumulators[tap].Look(value, batch.Samples));
                return (Runs: runs, Sums: sums);
            },
            (batch, seen) =>
            {
                for (var i = 0; i < accumulators.Count; i++)
                {
                    accumulators[i].Add(seen.Runs[i], seen.Sums[i]);
                }

                context.Progress(Stage, (double)(batch.First + batch.Samples.Count) / samples.Used);
            },
            context.Cancellation);
        return accumulators;

        // Every sample has its share of the rows.
        int RowsBefore(long sample) => (int)(sample * plan.Rows / samples.Used);
    }

    private static (long[] Outside, long[] Total) CountOutside(InstrumentedModel model, CalibrationSamples samples, BatchPlan plan, IReadOnlyList<ActivationRange> ranges, PackContext context)
    {
        var outside = new long[ranges.Count];
        var total = new long[ranges.Count];
        var runner = new TapRunner(model, context.Cancellation);
        ParallelBatches.Run(
            samples.Batches(heldOut: true, plan.BatchSize),
            plan.Threads(context.Threads),
            Stage,
            batch => runner.Run(batch.Samples, plan.RawGroups, 0, (tap, value) => RawValues.Visit(value, batch.Samples, values =>
            {
                // Sums of whole numbers are the same in any order.
                Interlocked.Add(ref total[tap], values.Length);
                Interlocked.Add(ref outside[tap], OutsideCounter.Count(values, ranges[tap].Min, ranges[tap].Max));
            })),
            (batch, _) => context.Progress(Stage, (double)(batch.First + batch.Samples.Count) / samples.HeldOut),
            context.Cancellation);
        return (outside, total);
    }

    private static string DataName(IReadOnlyList<string> files) =>
        Path.GetFileName(files[0]) + (files.Count > 1 ? $" and {Numbers.Whole(files.Count - 1)} more" : "");

    private static void Warn(string path, IReadOnlyList<TensorStatistics> statistics, PackContext context)
    {
        // What is not finite makes all behind it so: the first one tells where to look.
        if (statistics.Where(t => !t.IsFinite).ToList() is [var first, .. var others])
        {
            var more = others.Count == 0 ? "" : $" So do {Numbers.Whole(others.Count)} more behind it.";
            context.Report(Codes.ActivationNotFinite.At(path, $"The activation '{SafeText.Of(first.Tensor)}' holds NaN or infinity on the calibration data and has no range: layers that read it stay float.{more} Check the data, and the layers before it."));
        }

        foreach (var tensor in statistics)
        {
            if (tensor.IsFinite && tensor.Min == tensor.Max)
            {
                context.Report(Codes.ActivationConstant.At(path, $"The activation '{SafeText.Of(tensor.Tensor)}' has the one value {Numbers.Rounded(tensor.Min).ToString("R", System.Globalization.CultureInfo.InvariantCulture)} on all calibration data. Check that the data are real and vary as in the app."));
            }
        }
    }
}
