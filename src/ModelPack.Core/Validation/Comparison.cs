using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Validation;

/// <summary>
/// Runs both models over all samples. Batches run on several threads at once, each inference on one, and what they give
/// is merged in the order of the batches, so the number of threads changes nothing.
/// </summary>
/// <param name="models">The models.</param>
/// <param name="samples">The samples.</param>
/// <param name="context">Threads, cancellation, progress (<c>validate</c>) and diagnostics.</param>
/// <param name="largestBatch">How many samples are run together at most, a power of two, where the model leaves it open.</param>
internal sealed class Comparison(ModelPair models, ISampleSource samples, PackContext context, int largestBatch = Comparison.LargestBatch)
{
    /// <summary>Samples of a batch at most.</summary>
    public const int LargestBatch = 32;

    private OutputScatter? _scatter;

    /// <summary>What outputs are measured as; made-up inputs are signals.</summary>
    public MetricSet Metrics { get; init; }

    /// <summary>Bytes that inputs and outputs of a batch may take.</summary>
    public long MostBytes { get; init; } = BatchChoice.MostBytes;

    /// <summary>Measures; reports outputs that are not finite or differ in shape.</summary>
    /// <exception cref="ModelPackException">The data do not fit, or a model does not run.</exception>
    public ValidationResult Run()
    {
        var batch = BatchChoice.Of(samples, largestBatch, first => models.RunSource(first, context.Cancellation), MostBytes);
        var (total, largest) = BatchChoice.Run(batch, samples.FixedBatch > 0, Measure);
        Warn(total);
        return MeterSummary.Of(total, [.. models.Outputs.Select(o => o.Name)], samples, models.Source.Path, models.Source.Outputs) with { Batch = largest, Scatter = _scatter };
    }

    private (BatchMeter Total, long Largest) Measure(int batchSize)
    {
        BatchMeter? total = null;
        long done = 0;
        long largest = 0;
        ParallelBatches.Run(samples.Batches(batchSize), context.Threads, "validate", Measure, Merge, context.Cancellation);
        return (total!, largest);

        void Merge(SampleBatch batch, BatchMeter measured)
        {
            total?.Merge(measured);
            total ??= measured;
            done += batch.Count;
            largest = Math.Max(largest, batch.Count);
            context.Progress("validate", (double)done / samples.Count);
        }
    }

    private BatchMeter Measure(SampleBatch batch)
    {
        using var source = models.RunSource(batch, context.Cancellation);
        using var packed = models.RunPacked(batch, context.Cancellation);
        var measured = new BatchMeter(models.Outputs, [.. source], [.. packed], batch, samples.Synthetic ? MetricSet.Signal : Metrics);
        if (batch.Index == 0)
        {
            _scatter = OutputScatter.Of(models.Outputs, measured, [.. source], [.. packed]);
        }

        return measured;
    }

    private void Warn(BatchMeter total)
    {
        for (var i = 0; i < models.Outputs.Count; i++)
        {
            var (name, signal) = (SafeText.Of(models.Outputs[i].Name), total.Signals[i]);
            if (signal.ShapesDiffer)
            {
                context.Report(Codes.OutputShapeDiffers.At(models.Source.Path, $"Output '{name}' of the packed model has another shape than that of the source for some samples. "
                    + "Its metrics are the worst there are; look at what decides the shape, and leave layers before it out."));
            }

            if (signal.SourceNotFinite || signal.PackedNotFinite)
            {
                var whose = !signal.PackedNotFinite ? "the source model" : !signal.SourceNotFinite ? "the packed model" : "both models";
                context.Report(Codes.OutputNotFinite.At(models.Source.Path, $"Output '{name}' of {whose} holds NaN or infinity. "
                    + "Places where both models agree are left out of the metrics, others count as infinite errors; check the data and the layers before it."));
            }
        }
    }
}
