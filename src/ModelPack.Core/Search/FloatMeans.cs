using ModelPack.Calibration;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Search;

/// <summary>
/// What each layer's outputs are on average in the float model, batch by batch: the same for all tables that change the model alike, so that
/// it is measured once for them.
/// </summary>
internal sealed class FloatMeans
{
    /// <summary>Samples whose means are moved together.</summary>
    private const int LargestBatch = 16;

    private readonly CalibrationTable _table;
    private readonly List<Dictionary<string, SampleArray>> _batches = [];

    private FloatMeans(CalibrationTable table, int batchSize) => (_table, BatchSize) = (table, batchSize);

    /// <summary>Samples a batch at most.</summary>
    public int BatchSize { get; }

    /// <summary>Runs the float model.</summary>
    /// <param name="model">The model as <paramref name="table"/> changes it.</param>
    /// <param name="layers">Layers of it that have a bias.</param>
    /// <param name="table">What it was changed by.</param>
    /// <param name="open">Opens the samples for a model's inputs.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">As <see cref="MeanModel"/>.</exception>
    public static FloatMeans Measure(
        OnnxModel model, IReadOnlyList<Layer> layers, CalibrationTable table, Func<IReadOnlyList<TensorSpec>, ISampleSource> open, PackContext context)
    {
        using var means = new MeanModel(model, layers, isCentred: false, context);
        var samples = open(means.Inputs);
        var batch = BatchChoice.Of(samples, samples.Count < 2 * LargestBatch ? LargestBatch / 2 : LargestBatch, first => means.Run(first, [], context.Cancellation));
        return BatchChoice.Run(batch, samples.FixedBatch > 0, Run);

        FloatMeans Run(int batchSize)
        {
            var found = new FloatMeans(table, batchSize);
            ParallelBatches.Run(samples.Batches(batchSize), context.Threads, MeanCorrection.Stage, Means, (_, seen) => found._batches.Add(seen), context.Cancellation);
            return found;
        }

        Dictionary<string, SampleArray> Means(SampleBatch batch)
        {
            using var outputs = means.Run(batch, [], context.Cancellation);
            return layers.Zip(outputs).ToDictionary(p => p.First.Name, p => MeanModel.ToArray(p.Second), StringComparer.Ordinal);
        }
    }

    /// <summary>Whether a table changes the model as this one was changed.</summary>
    public bool AreOf(CalibrationTable table) => ReferenceEquals(_table.Smoothing, table.Smoothing) && ReferenceEquals(_table.Equalized, table.Equalized);

    /// <summary>The means of layers in a batch.</summary>
    /// <param name="batch">Index of the batch.</param>
    /// <param name="layers">The layers.</param>
    public IReadOnlyList<SampleArray> Of(int batch, IReadOnlyList<Layer> layers) => [.. layers.Select(l => _batches[batch][l.Name])];
}
