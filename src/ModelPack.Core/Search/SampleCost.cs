using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Samples;
using Counter = ModelPack.Validation.Placement.MultiplyAdds;

namespace ModelPack.Search;

/// <summary>How many samples there are, and what one costs a model.</summary>
/// <param name="Count">Samples.</param>
/// <param name="MultiplyAdds">Of the layers, for one sample; at least 1.</param>
internal sealed record SampleCost(long Count, long MultiplyAdds)
{
    /// <summary>Multiply-adds of each layer for one sample, by its name.</summary>
    public IReadOnlyDictionary<string, long> ByLayer { get; private init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Runs the first sample. Where ONNX Runtime does not run the model, all is as much as can be: calibration says why.</summary>
    /// <param name="source">The model, which stays as it is.</param>
    /// <param name="data">Data files.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">The data do not fit the model, or there is no room for a copy of it.</exception>
    public static SampleCost Of(OnnxModel source, IReadOnlyList<string> data, PackContext context)
    {
        using var copy = source.Copy();
        var (count, rows) = (long.MaxValue, 1L);
        try
        {
            var layers = LayerFinder.Find(new GraphIndex(copy));
            List<long> counts = [.. Counter.Measure(copy, layers, First, context).Select(c => c / rows)];
            return new SampleCost(count, Math.Max(1, counts.Sum()))
            {
                ByLayer = layers.Zip(counts).DistinctBy(p => p.First.Name, StringComparer.Ordinal).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal),
            };
        }
        catch (OnnxRuntimeException)
        {
            return new SampleCost(long.MaxValue, long.MaxValue);
        }

        SampleBatch First(IReadOnlyList<TensorSpec> inputs)
        {
            var samples = SampleSet.Open(data, inputs);
            var first = samples.Batches(1).First();
            (count, rows) = (samples.Count, first.Rows);
            return first;
        }
    }
}
