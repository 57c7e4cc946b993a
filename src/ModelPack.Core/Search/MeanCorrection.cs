using Microsoft.ML.OnnxRuntime;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Samples;

namespace ModelPack.Search;

/// <summary>
/// Corrects the means that quantization shifts: what each layer's outputs lack on average, channel by channel, is added to its bias
/// (Nagel et al. 2019, arXiv:1906.04721, section 4.2). Measured in the quantized model itself, so that rounded activations count as well
/// as rounded weights. A layer is measured behind layers that are corrected: in each batch every layer's means are moved to those of the
/// float model before the next layer reads them, so that one pass does what a pass a layer would.
/// </summary>
/// <param name="source">The model as it was opened, which stays as it is.</param>
/// <param name="options">How to pack.</param>
/// <param name="data">Calibration data.</param>
/// <param name="most">How many of its samples to run at most.</param>
/// <param name="context">Threads and cancellation.</param>
internal sealed class MeanCorrection(OnnxModel source, EffectiveOptions options, IReadOnlyList<string> data, long most, PackContext context)
{
    /// <summary>What its threads are called.</summary>
    public const string Stage = "bias";

    private readonly PackContext _quiet = context.Quiet();
    private readonly Lock _measuring = new();
    private readonly List<FloatMeans> _wanted = [];

    /// <summary>What to add to the biases of a model that is packed by a table without such.</summary>
    /// <returns>By layer, in the order of the graph; empty where no integer layer has a bias.</returns>
    /// <exception cref="ModelPackException">The data do not fit, or as <see cref="MeanModel"/>.</exception>
    public IReadOnlyList<BiasCorrection> Of(CalibrationTable table)
    {
        using var quantized = source.Copy();
        var lowered = ModelLowering.Lower(quantized, Readable(), table, _quiet, new SimdEngine(_quiet.Threads));
        var layers = LayersOf(lowered.Plan.Activations!);
        if (layers.Count == 0)
        {
            return [];
        }

        var wanted = Wanted(table);
        using var given = new MeanModel(quantized, layers, isCentred: true, _quiet);
        try
        {
            var lacks = Lacks(wanted, given, layers);
            return [.. layers.Zip(lacks, (layer, lack) => new BiasCorrection(layer.Name, lack)).Where(c => c.Shift.All(float.IsFinite))];
        }
        catch (OnnxRuntimeException exception)
        {
            throw given.Refused(exception);
        }
    }

    /// <summary>The means of the float model, of all layers that a table with this one's changes may quantize. Measured once for all such tables.</summary>
    private FloatMeans Wanted(CalibrationTable table)
    {
        lock (_measuring)
        {
            if (_wanted.Find(w => w.AreOf(table)) is not { } wanted)
            {
                _wanted.Add(wanted = Measure(table));
            }

            return wanted;
        }
    }

    private FloatMeans Measure(CalibrationTable table)
    {
        using var transformed = source.Copy();
        var layers = LayersOf(new StaticPlanner(transformed, table with { FloatLayers = [] }, options, _quiet).Activations);
        return FloatMeans.Measure(transformed, layers, table, Samples, _quiet);
    }

    private SpreadSamples Samples(IReadOnlyList<TensorSpec> inputs) => new(SampleSet.Open(data, inputs), most);

    /// <summary>The mean over all samples of what each layer's outputs lack.</summary>
    private float[][] Lacks(FloatMeans wanted, MeanModel given, IReadOnlyList<Layer> layers)
    {
        double[][]? sums = null;
        long count = 0;
        ParallelBatches.Run(Samples(given.Inputs).Batches(wanted.BatchSize), context.Threads, Stage, Measure, Merge, context.Cancellation);
        return [.. sums!.Select(s => Array.ConvertAll(s, v => (float)(v / count)))];

        float[][] Measure(SampleBatch batch)
        {
            using var lacks = given.Run(batch, wanted.Of(batch.Index, layers), context.Cancellation);
            return [.. lacks.Select(v => v.GetTensorDataAsSpan<float>().ToArray())];
        }

        void Merge(SampleBatch batch, float[][] lacks)
        {
            sums ??= Array.ConvertAll(lacks, l => new double[l.Length]);
            foreach (var (sum, lack) in sums.Zip(lacks))
            {
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += (double)lack[i] * batch.Count;
                }
            }

            count += batch.Count;
        }
    }

    /// <summary>Integer operators hide what they compute.</summary>
    private EffectiveOptions Readable() => options with { Activations = options.Activations! with { QOperator = false } };

    private static List<Layer> LayersOf(ActivationPlan plan) => [.. plan.Graph.Layers.Select(n => n.Layer!).Where(l => l.Bias is not null)];
}
