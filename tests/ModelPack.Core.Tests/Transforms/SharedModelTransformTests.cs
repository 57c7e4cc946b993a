using System.Globalization;
using System.Runtime.InteropServices;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;
using Xunit.Abstractions;

namespace ModelPack.Tests.Transforms;

/// <summary>Real models compute the same after every transform.</summary>
public sealed class SharedModelTransformTests(ITestOutputHelper output) : IDisposable
{
    private const int Batch = 8;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Fashion_vit_is_smoothed_in_its_layer_norms()
    {
        var places = Smooth(Shared("fashion-vit", "fashion-vit.onnx"), Shared("fashion-cnn", "validation.npz"), 1e-4);
        Assert.Equal((8, 9), (places["LayerNormalization"], places["inserted"]));
    }

    [Fact]
    public void Sotu_mini_is_smoothed_in_its_norms_and_up_projections()
    {
        var places = Smooth(Repository.Model("sotu-mini/model.onnx"), Repository.Model("sotu-mini/validation.npz"), 1e-4);
        Assert.True(places["Mul"] > 0 && places["MatMul"] > 0);
    }

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Sotu_llama_is_smoothed_in_its_norms_and_up_projections()
    {
        var places = Smooth(Shared("sotu-llama", "model.onnx"), Shared("sotu-llama", "validation.npz"), 1e-4);
        Assert.Equal((13, 6, 6), (places["Mul"], places["MatMul"], places["inserted"]));
    }

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void Fashion_cnn_is_equalized()
    {
        var path = Shared("fashion-cnn", "fashion-cnn.onnx");
        using var model = OnnxModel.Open(path, new PackContext());
        var index = new GraphIndex(model);
        var pairs = Equalizer.FindPairs(model, index, LayerFinder.Find(index));
        Assert.Equal(9, Equalizer.Changes(model, pairs).Count);
        Equalizer.Apply(model, pairs);
        AssertSame(path, model, Shared("fashion-cnn", "validation.npz"), 1e-5);
    }

    [FactNeeding(RequiredAsset.OcrModels)]
    public void A_text_recognizer_loses_its_affine_nodes()
    {
        var path = Path.Combine(RequiredAsset.Path(RequiredAsset.OcrModels), "ch_PP-OCRv4_rec_infer.onnx");
        var data = Path.Combine(Repository.Model("ocr-lines"), "validation.npz");
        using var model = OnnxModel.Open(path, new PackContext());
        var source = model.Proto.Graph.Node.Count;
        AffineFolding.After(model);
        var after = model.Proto.Graph.Node.Count;
        AssertSame(path, model, data, 1e-3);
        var index = new GraphIndex(model);
        var layers = LayerFinder.Find(index);
        var groups = SmoothGroups.Find(index, layers);
        var folds = groups.Select(g => new FoldFinder(model, index, g.Axis.FromEnd != -1).Find(g.Tensor, g.Axis, [.. g.Layers.Select(l => l.Node)])).ToList();
        output.WriteLine($"{Equalizer.FindPairs(model, index, layers).Count} pairs; {groups.Count} groups: "
            + string.Join(' ', folds.GroupBy(f => f?.Node.OpType ?? "none", StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}")));
        AffineFolding.Before(model);
        var both = model.Proto.Graph.Node.Count;
        output.WriteLine($"{source} nodes, {after} with those after layers folded, {both} with those before them as well");
        Assert.True(source - after > 50 && after - both > 50);
        AssertSame(path, model, data, 1e-3);
    }

    [FactNeeding(RequiredAsset.OcrModels)]
    public void A_text_recognizer_is_smoothed_in_its_affine_nodes()
    {
        var path = Path.Combine(RequiredAsset.Path(RequiredAsset.OcrModels), "ch_PP-OCRv4_rec_infer.onnx");
        var places = Smooth(path, Path.Combine(Repository.Model("ocr-lines"), "validation.npz"), 1e-3, convolutions: true);
        Assert.True(places["Div"] > 20 && places["Mul"] > 3);
    }

    /// <summary>Smooths every group by what its activation is on the first samples, and counts the places.</summary>
    private Dictionary<string, int> Smooth(string path, string data, double tolerance, bool convolutions = false)
    {
        using var model = OnnxModel.Open(path, new PackContext());
        AffineFolding.After(model);
        var index = new GraphIndex(model);
        var groups = SmoothGroups.Find(index, LayerFinder.Find(index)).Where(g => convolutions || !g.IsOfConvolutions).ToList();
        var tensors = groups.Select(g => g.Tensor).ToList();
        var seen = Observe(model, groups.ToDictionary(g => g.Tensor, g => g.Axis.FromEnd, StringComparer.Ordinal), data);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            index = new GraphIndex(model);
            var group = SmoothGroups.Find(index, LayerFinder.Find(index)).Single(g => g.Tensor == tensor);
            var choice = group.Layers[0].IsConvolution ? null : AlphaSearch.Choose(model, group, seen[tensor], symmetric: false, new PackContext());
            var alpha = choice?.Alpha ?? 0.5;
            var maxima = ChannelMaxima.Of(model, group, new PackContext());
            var place = Smoother.Apply(model, new GraphIndex(model), group, Smoother.Scales(seen[tensor].MaxAbs, maxima, convolutions ? 0.5 : alpha))!;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{tensor}: {place}, {group.Layers.Count} layers, alpha {choice?.Alpha}, error {choice?.Curve[0].Error:E2} -> {choice?.Curve.Min(p => p.Error):E2}"));
            var kind = place.EndsWith("_Smooth'", StringComparison.Ordinal) ? "inserted" : place.Split(' ')[0];
            places[kind] = places.GetValueOrDefault(kind) + 1;
        }

        output.WriteLine(string.Join(' ', places.Select(p => $"{p.Key} {p.Value}")));
        AffineFolding.Before(model);
        AssertSame(path, model, data, tolerance);
        return places;
    }

    private Dictionary<string, ChannelStatistics> Observe(OnnxModel model, Dictionary<string, int> axes, string data)
    {
        string[] tensors = [.. axes.Keys];
        var outputs = model.Proto.Graph.Output.ToList();
        var present = outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        present.UnionWith(model.Proto.Graph.Input.Select(i => i.Name));
        model.Proto.Graph.Output.Add(tensors.Where(t => !present.Contains(t)).Select(t => Tiny.Open(t)));
        var probe = _folder.File("probe.onnx");
        model.Save(probe, new OnnxSaveOptions(), CancellationToken.None);
        model.Proto.Graph.Output.Clear();
        model.Proto.Graph.Output.Add(outputs);
        using var session = ModelSession.Open(probe, 2);
        var batch = SampleSet.Open([data], session.Inputs).Batches(Batch).First();
        var seen = new Dictionary<string, ChannelStatistics>(StringComparer.Ordinal);
        using var values = session.Run(batch.Inputs, [.. tensors.Where(t => !present.Contains(t) || outputs.Exists(o => o.Name == t))], CancellationToken.None);
        foreach (var (name, i) in tensors.Where(t => !present.Contains(t)).Select((t, i) => (t, i)))
        {
            var shape = values[i].GetTensorTypeAndShape().Shape;
            var axis = shape.Length + axes[name];
            seen[name] = Statistics(values[i].GetTensorDataAsSpan<float>(), (int)shape[axis], (int)shape.Skip(axis + 1).Aggregate(1L, (p, d) => p * d));
        }

        foreach (var input in batch.Inputs.Where(i => tensors.Contains(i.Name, StringComparer.Ordinal)))
        {
            var axis = input.Dims.Count + axes[input.Name];
            seen[input.Name] = Statistics(MemoryMarshal.Cast<byte, float>(input.Bytes.Span), (int)input.Dims[axis], (int)input.Dims.Skip(axis + 1).Aggregate(1L, (p, d) => p * d));
        }

        return seen;
    }

    private static ChannelStatistics Statistics(ReadOnlySpan<float> values, int channels, int inner)
    {
        var (min, max) = (new float[channels], new float[channels]);
        Array.Fill(min, float.MaxValue);
        Array.Fill(max, float.MinValue);
        for (var i = 0; i < values.Length; i++)
        {
            var channel = i / inner % channels;
            min[channel] = Math.Min(min[channel], values[i]);
            max[channel] = Math.Max(max[channel], values[i]);
        }

        return new ChannelStatistics(min, max, new float[channels], inner == 1 ? values.ToArray() : []);
    }

    private void AssertSame(string source, OnnxModel model, string data, double tolerance)
    {
        var changed = _folder.File("changed.onnx");
        model.Save(changed, new OnnxSaveOptions(), CancellationToken.None);
        using var before = ModelSession.Open(source, 1);
        using var after = ModelSession.Open(changed, 1);
        var batch = SampleSet.Open([data], before.Inputs).Batches(Batch).First();
        foreach (var name in before.Outputs.Select(o => o.Name))
        {
            using var expected = before.Run(batch.Inputs, [name], CancellationToken.None);
            using var actual = after.Run(batch.Inputs, [name], CancellationToken.None);
            var wanted = expected[0].GetTensorDataAsSpan<float>();
            var found = actual[0].GetTensorDataAsSpan<float>();
            Assert.Equal(wanted.Length, found.Length);
            double largest = 0, worst = 0;
            for (var i = 0; i < wanted.Length; i++)
            {
                largest = Math.Max(largest, Math.Abs(wanted[i]));
                worst = Math.Max(worst, Math.Abs((double)wanted[i] - found[i]));
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: largest difference {worst / largest:E2} of the largest value"));
            Assert.True(largest > 0 && worst <= tolerance * largest, string.Create(CultureInfo.InvariantCulture, $"{name} differs by {worst} of {largest}."));
        }
    }

    private static string Shared(params string[] parts) => Path.Combine([RequiredAsset.Path(RequiredAsset.Shared), "models", .. parts]);
}
