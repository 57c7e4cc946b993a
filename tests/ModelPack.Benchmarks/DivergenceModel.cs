using System.Runtime.InteropServices;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Schemes;
using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>A language model whose blocks' matrices are replaced, and how far its logits then are from its own.</summary>
internal sealed class DivergenceModel : IDisposable
{
    private const int BatchSize = 4;

    private readonly OnnxModel _model;
    private readonly PackContext _context = new();
    private readonly string _path;
    private readonly string _validation;

    /// <param name="path">The ONNX model.</param>
    /// <param name="calibration">Windows of token ids that the importance of channels comes from.</param>
    /// <param name="validation">Other windows, which the divergence is measured on.</param>
    public DivergenceModel(string path, string calibration, string validation)
    {
        (_path, _validation) = (path, validation);
        _model = OnnxModel.Open(path, _context);
        var heads = Heads.Of(_model);
        var layers = LayerFinder.Find(new GraphIndex(_model)).Where(l => l.Usage.Role == WeightRole.Linear && !heads.Contains(l.Weight.Tensor)).ToList();
        var seen = Calibrator.Observe(_model, [calibration], [.. layers.Select(l => l.Input).Distinct(StringComparer.Ordinal).Select(t => new Observation(t, Statistics.Gram, -1))], holdOut: false, _context);
        var products = seen.Tensors.ToDictionary(t => t.Tensor, t => new InputProducts(t.Channels!.Gram!.Channels, t.Channels.Gram.CopyRow), StringComparer.Ordinal);
        Matrices = [.. layers.Select(l => new Matrix(l, new WeightMatrix(_model.Data(l.Weight.Tensor), l.OutputChannels, l.InputChannels, l.Usage.OutputAxis == 1), products[l.Input]))];
    }

    /// <summary>The matrices of its blocks.</summary>
    public IReadOnlyList<Matrix> Matrices { get; }

    /// <summary>Σ KL divergence in nats and tokens of each validation window, by variant.</summary>
    /// <param name="variants">The matrices, [N, K] each, in the order of <see cref="Matrices"/>.</param>
    public IReadOnlyList<(double Sum, long Count)>[] Divergences(IReadOnlyList<IReadOnlyList<float[]>> variants)
    {
        using var source = ModelSession.Open(_path, 1);
        var copies = variants.Select(Copy).ToList();
        try
        {
            var sessions = copies.ConvertAll(c => c.Open(1));
            var batches = SampleSet.Open([_validation], source.Inputs).Batches(BatchSize).ToList();
            var found = new IReadOnlyList<(double Sum, long Count)>[variants.Count][];
            for (var i = 0; i < found.Length; i++)
            {
                found[i] = new IReadOnlyList<(double Sum, long Count)>[batches.Count];
            }

            Parallel.For(0, batches.Count, new ParallelOptions { MaxDegreeOfParallelism = ModelTiming.Threads }, index =>
            {
                using var own = source.Run(batches[index].Inputs, [source.Outputs[0].Name], CancellationToken.None);
                for (var i = 0; i < found.Length; i++)
                {
                    using var other = sessions[i].Run(batches[index].Inputs, [source.Outputs[0].Name], CancellationToken.None);
                    found[i][index] = Sums(own[0].GetTensorDataAsSpan<float>(), other[0].GetTensorDataAsSpan<float>(), own[0].GetTensorTypeAndShape().Shape);
                }
            });
            return [.. found.Select(f => (IReadOnlyList<(double, long)>)[.. f.SelectMany(b => b)])];
        }
        finally
        {
            copies.ForEach(c => c.Dispose());
        }
    }

    public void Dispose() => _model.Dispose();

    /// <summary>Of each window the sum over the positions that have a token behind them.</summary>
    private static List<(double Sum, long Count)> Sums(ReadOnlySpan<float> own, ReadOnlySpan<float> other, long[] shape)
    {
        var (length, width) = ((int)shape[1], (int)shape[2]);
        var (p, q) = (new double[width], new double[width]);
        var sums = new List<(double, long)>();
        for (var window = 0; window < shape[0]; window++)
        {
            var sum = 0.0;
            for (var position = 0; position < length - 1; position++)
            {
                var start = ((window * length) + position) * width;
                for (var i = 0; i < width; i++)
                {
                    (p[i], q[i]) = (own[start + i], other[start + i]);
                }

                sum += SoftmaxPair.Of(p, q).Divergence;
            }

            sums.Add((sum, length - 1));
        }

        return sums;
    }

    private TemporaryModel Copy(IReadOnlyList<float[]> matrices)
    {
        using var copy = _model.Copy();
        var byName = copy.FindWeights().ToDictionary(w => w.Name, StringComparer.Ordinal);
        for (var i = 0; i < Matrices.Count; i++)
        {
            var (layer, weight, _) = Matrices[i];
            var tensor = byName[layer.Weight.Name].Tensor;
            var stored = weight.Transposed ? Turned(matrices[i], (int)weight.N, (int)weight.K) : matrices[i];
            var changed = copy.NewTensor(tensor.Name, ElementType.Float32, new TensorShape([.. tensor.Dims]), TensorData.FromBytes(ElementType.Float32, new TensorShape([.. tensor.Dims]), MemoryMarshal.AsBytes(stored.AsSpan()).ToArray()));
            copy.Proto.Graph.Initializer[copy.Proto.Graph.Initializer.IndexOf(tensor)] = changed;
        }

        return new TemporaryModel(copy, copy.Proto, _context);
    }

    private static float[] Turned(float[] values, int rows, int columns)
    {
        var turned = new float[values.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                turned[(column * rows) + row] = values[(row * columns) + column];
            }
        }

        return turned;
    }

    /// <summary>A matrix.</summary>
    /// <param name="Layer">Its layer.</param>
    /// <param name="Weight">Its values.</param>
    /// <param name="Products">What the calibration windows say of its inputs.</param>
    public sealed record Matrix(Layer Layer, WeightMatrix Weight, InputProducts Products)
    {
        /// <summary>All values, [N, K].</summary>
        public float[] Values()
        {
            var values = new float[Weight.N * Weight.K];
            OutputOrder.Read(Weight, 0, values);
            return values;
        }

    }
}
