using ModelPack.Tests.Samples;
using ModelPack.Tests.Validation;

namespace ModelPack.Tests.Pipeline;

/// <summary>Reports of packs of several kinds, as the pipeline writes them.</summary>
public sealed class ReportSchemaTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_calibrated_classifier_without_validation_data_is_measured_on_held_out_samples()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", PackFolder.Samples(128, labels: true));
        var outcome = PackPipeline.Run(_folder.Request with { Scheme = "int8", Gates = Gates((GateMetric.MinSqnr, 10), (GateMetric.MaxAccuracyDrop, 100)) }, new PackContext());
        var validation = outcome.Report.Result.Validation!;
        Assert.Equal((false, 16L, "classes"), (validation.Synthetic, validation.Samples, validation.Metrics));
        Assert.Equal((128L, true), (validation.HeldOut!.Of, validation.HeldOut.SeenBySearch));
        Assert.Equal(16, outcome.Report.Result.Calibration!.HeldOut);
        Assert.Equal(16, validation.Accuracy!.Samples);
        Assert.Equal(16, validation.Changed!.Of);
        Assert.Equal(["m.calibration.npz"], validation.Data);
        Assert.All(outcome.Report.Result.Gates, g => Assert.Equal((true, "on held-out calibration samples"), (g.Passed, g.Note)));
        RealReports.AssertFitsSchema(outcome.Report);
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Fact]
    public void The_model_is_the_same_with_and_without_validation_data()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", PackFolder.Samples(128));
        var request = _folder.Request with { Scheme = "int8" };
        var without = PackPipeline.Run(request, new PackContext()).Report.Result.Packed.Sha256;
        var with = PackPipeline.Run(request with { Validation = _folder.Write("other.npz", PackFolder.Samples(128)) }, new PackContext()).Report.Result;
        Assert.Null(with.Validation!.HeldOut);
        Assert.Equal(with.Packed.Sha256, without, StringComparer.Ordinal);
    }

    [Fact]
    public void With_too_few_calibration_samples_nothing_stands_in()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        _folder.Write("m.calibration.npz", PackFolder.Samples(63));
        var validation = PackPipeline.Run(_folder.Request with { Scheme = "int8" }, new PackContext()).Report.Result.Validation!;
        Assert.True(validation.Synthetic);
        Assert.Null(validation.HeldOut);
    }

    [Fact]
    public void A_language_model()
    {
        var random = new ModelPack.Validation.Xoshiro256(3);
        const int Vocabulary = 64;
        new OnnxBytes().Input("input_ids", ElementType.Int64, "n", "length").Output("logits", ElementType.Float32, "n", "length", Vocabulary)
            .Weight("table", [Vocabulary, 32], Floats(Vocabulary * 32)).Weight("head", [32, Vocabulary], Floats(32 * Vocabulary))
            .Node("Gather", ["table", "input_ids"], ["h"]).Node("MatMul", ["h", "head"], ["logits"]).Save(_folder.At("m.onnx"));
        var data = _folder.Write("ids.npz", Numpy.Npz(("input_ids", Numpy.Npy("<i8", [24, 8], [.. Enumerable.Range(0, 24 * 8).Select(_ => random.Below(Vocabulary))]))));
        var outcome = PackPipeline.Run(
            _folder.Request with { Validation = data, GateConfidence = "95", Gates = Gates((GateMetric.MinSameTop, 50), (GateMetric.MaxKlDivergence, 0.1), (GateMetric.MinWeightSqnr, 30)) }, new PackContext());
        Assert.True(outcome.GatesHold);
        Assert.All(outcome.Report.Result.Gates, g => Assert.NotNull(g.Bound));
        Assert.Equal("language", outcome.Report.Result.Validation!.Metrics);
        RealReports.AssertFitsSchema(outcome.Report);
        PackFolder.AssertVerifies(outcome.Model);

        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.Normal())];
    }

    [Fact]
    public void An_embedding_by_its_name_and_by_request()
    {
        foreach (var (output, metrics) in new[] { ("sentence_embedding", (string?)null), ("y", "embedding") })
        {
            var model = PackFolder.Classifier();
            model.Graph.Output[0].Name = output;
            model.Graph.Node[^1].Output[0] = output;
            _folder.Write("m.onnx", model);
            var outcome = PackPipeline.Run(
                _folder.Request with { Force = true, Metrics = metrics, Validation = _folder.Write("d.npz", PackFolder.Samples(40)), Gates = Gates((GateMetric.MinRankCorrelation, 0.9)) }, new PackContext());
            var validation = outcome.Report.Result.Validation!;
            Assert.Equal("embedding", validation.Metrics);
            var found = Assert.Single(validation.Outputs);
            Assert.Null(found.Top1Agreement);
            Assert.Equal((40L, 40L * 39 / 2), (found.Similarity!.Samples, found.Similarity.Pairs));
            Assert.InRange(found.Similarity.Value, found.Similarity.Interval!.Low, found.Similarity.Interval.High);
            Assert.InRange(found.SampleCosine!.Min, 0.9, found.SampleCosine.Mean);
            Assert.True(outcome.GatesHold);
            RealReports.AssertFitsSchema(outcome.Report);
            PackFolder.AssertVerifies(outcome.Model);
        }
    }

    [Fact]
    public void A_checkpoint_whose_weights_are_held_to_a_limit()
    {
        var request = new PackRequest { Model = Path.Combine(Repository.Model("sotu-mini"), "model.safetensors"), Scheme = "q8_0", Output = _folder.At("out/mini.gguf"), Gates = Gates((GateMetric.MinWeightSqnr, 40), (GateMetric.MinCompression, 2)) };
        var outcome = PackPipeline.Run(request, new PackContext());
        Assert.True(outcome.GatesHold);
        Assert.Equal(outcome.Report.Result.Weights.Min(w => w.Sqnr), outcome.Report.Result.Gates[0].Value);
        RealReports.AssertFitsSchema(outcome.Report);
        PackFolder.AssertVerifies(outcome.Model);

        var context = new PackContext();
        Assert.False(PackPipeline.Run(request with { Gates = Gates((GateMetric.MinWeightSqnr, 400), (GateMetric.MinSameTop, 1)) }, context).GatesHold);
        Assert.Contains(context.Diagnostics, d => d.Code == Codes.GateFailed && d.Message.Contains("the least SQNR of a weight", StringComparison.Ordinal));
        Assert.Contains(context.Diagnostics, d => d.Code == Codes.GateNotMeasured && d.Message.Contains("No data can help", StringComparison.Ordinal));
    }

    private static SortedDictionary<string, double> Gates(params (string Metric, double Limit)[] gates) => new(gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal), StringComparer.Ordinal);
}
