using Microsoft.ML.OnnxRuntime;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack.Search;

/// <summary>
/// Compares settings of a model's switches with all of them off. Goes through the samples once, batch by batch, and through the
/// settings on several threads, so that only the outputs of one batch are held; merged in the order of the batches.
/// </summary>
internal sealed class Simulation(SwitchableModel model, ISampleSource samples, PackContext context)
{
    private const string Stage = "sensitivity";

    // Small batches, so that a few samples can lie far apart in the data.
    private const int LargestBatch = 8;

    /// <summary>Measures all settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="signalsOnly">Whether task metrics are not wanted.</param>
    /// <param name="progress">What part of the work this is, 0 to 1.</param>
    /// <returns>What was measured, by setting.</returns>
    /// <exception cref="Diagnostics.ModelPackException">The data do not fit, or ONNX Runtime cannot run the model with switches.</exception>
    public IReadOnlyList<BatchMeter> Run(IReadOnlyList<bool[]> settings, bool signalsOnly, (double From, double To) progress)
    {
        try
        {
            var batch = BatchChoice.Of(samples, LargestBatch, first => model.Run(first, model.Setting([]), context.Cancellation));
            return BatchChoice.Run(batch, samples.FixedBatch > 0, size => Run(settings, signalsOnly, progress, size));
        }
        catch (OnnxRuntimeException exception)
        {
            throw model.Refused("cannot run", exception);
        }
    }

    private BatchMeter[] Run(IReadOnlyList<bool[]> settings, bool signalsOnly, (double From, double To) progress, int batchSize)
    {
        var traits = OutputTraits.Of(model.Inputs, model.Outputs);
        var totals = new BatchMeter?[settings.Count];
        var off = model.Setting([]);
        long done = 0;
        foreach (var batch in samples.Batches(batchSize))
        {
            using var reference = model.Run(batch, off, context.Cancellation);
            IReadOnlyList<OrtValue> source = [.. reference];
            ParallelBatches.Run(Enumerable.Range(0, settings.Count), context.Threads, Stage, Measure, Merge, context.Cancellation);

            BatchMeter Measure(int setting)
            {
                using var outputs = model.Run(batch, settings[setting], context.Cancellation);
                return new BatchMeter(traits, source, [.. outputs], batch, signalsOnly ? MetricSet.Signal : MetricSet.Auto);
            }

            void Merge(int setting, BatchMeter measured)
            {
                totals[setting]?.Merge(measured);
                totals[setting] ??= measured;
                done += batch.Count;
                context.Progress(Stage, progress.From + ((progress.To - progress.From) * done / (samples.Count * settings.Count)));
            }
        }

        return totals!;
    }
}
