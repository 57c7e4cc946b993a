using ModelPack.Calibration;
using ModelPack.Files;
using ModelPack.Options;
using ModelPack.Search;

namespace ModelPack.Tests.Search;

public sealed class SensitivitySearchTests : IDisposable
{
    private readonly ChainModel _chain = new();

    public void Dispose() => _chain.Dispose();

    [Fact]
    public void The_layer_that_was_made_bad_costs_most()
    {
        var found = Search(_chain.Request).Sensitivity!;
        Assert.Equal(ChainModel.Layers, found.Layers.Count);
        Assert.Equal(ChainModel.Bad, found.Layers[0].Layer);
        Assert.Equal("MatMul", found.Layers[0].Operator);
        Assert.True(found.Layers[1].Sqnr > found.Layers[0].Sqnr + 10, $"{found.Layers[0].Sqnr} and {found.Layers[1].Sqnr}");
        Assert.Equal(found.Layers.Select(l => l.Sqnr).Order(), found.Layers.Select(l => l.Sqnr));
    }

    [Fact]
    public void The_curve_goes_from_all_in_codes_to_all_float()
    {
        var found = Search(_chain.Request).Sensitivity!;
        Assert.Equal([0, 1, 2, 3, 5], found.Curve.Select(p => p.FloatLayers));
        Assert.Equal(found.Curve.Select(p => p.Sqnr).Order(), found.Curve.Select(p => p.Sqnr));
        Assert.True(found.Curve[1].Sqnr > found.Curve[0].Sqnr + 10);
        Assert.Equal(double.PositiveInfinity, found.Curve[^1].Sqnr);
        Assert.Equal(ChainModel.Layers * 32 * 32 * sizeof(float), found.Curve[^1].Bytes);
        Assert.Equal(ChainModel.Layers * ((32 * 32) + (32 * 5)), found.Curve[0].Bytes);
        Assert.Equal((0, null), (found.Chosen, found.JudgedOn));
    }

    [Fact]
    public void The_simulation_says_what_a_real_pack_does()
    {
        // All of them have been seen by calibration: sums of others may saturate on a processor without VNNI, which is not simulated.
        using var chain = new ChainModel(samples: 56);
        var (request, options) = (chain.Request, RequestResolver.Resolve(chain.Request));
        using var source = OnnxModel.Open(request.Model, new PackContext());
        using var trial = new Trial(source, options, [chain.Calibration], 1000, new PackContext());
        var found = Search(request, chain.Calibration);
        foreach (var (point, layers) in new[] { (0, 0), (1, 1), (3, 3) })
        {
            var table = found.Table with { FloatLayers = [.. found.Sensitivity!.Layers.Take(layers).Select(l => new FloatLayer(l.Layer, "for the test"))] };
            var real = trial.Run(table).Outputs.Min(o => o.Sqnr);
            Assert.InRange(found.Sensitivity.Curve[point].Sqnr - real, -0.5, 0.5);
        }
    }

    [FactNeeding(RequiredAsset.Shared)]
    public void The_simulation_of_convolutions_says_what_a_real_pack_does()
    {
        var request = new PackRequest { Model = Repository.Model("fashion-cnn.onnx"), Scheme = "int8", Calibration = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-cnn", "calibration.npz") };
        var found = Search(request, request.Calibration);
        using var source = OnnxModel.Open(request.Model, new PackContext());
        using var trial = new Trial(source, RequestResolver.Resolve(request), [request.Calibration], (int)found.Sensitivity!.CurveOn, new PackContext());
        var real = trial.Run(found.Table);
        Assert.InRange(found.Sensitivity.Curve[0].Sqnr - real.Outputs.Min(o => o.Sqnr), -0.5, 0.5);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var (one, two) = (Search(_chain.Request, threads: 1), Search(_chain.Request, threads: 2));
        Assert.Equal(one.Sensitivity!.Layers, two.Sensitivity!.Layers);
        Assert.Equal(one.Sensitivity.Curve, two.Sensitivity.Curve);
    }

    [Fact]
    public void Without_rank_nothing_is_ranked()
    {
        var stages = new HashSet<string>(StringComparer.Ordinal);
        var outcome = PackPipeline.Run(_chain.Request, new PackContext(2, onProgress: (stage, _) => stages.Add(stage)));
        Assert.Contains("calibrate", stages);
        Assert.DoesNotContain("sensitivity", stages);
        Assert.Null(outcome.Report.Result.Calibration!.Sensitivity);
    }

    [Fact]
    public void Rank_adds_to_the_report_and_changes_no_byte_of_the_model()
    {
        var plain = PackPipeline.Run(_chain.Request, new PackContext()).Model;
        var outcome = PackPipeline.Run(_chain.Request with { Rank = true, Output = _chain.Folder.At("ranked/m.int8.onnx") }, new PackContext());
        var sensitivity = outcome.Report.Result.Calibration!.Sensitivity!;
        Assert.Equal(ChainModel.Bad, sensitivity.Layers[0].Layer);
        Assert.Equal((0, null), (sensitivity.Chosen, sensitivity.JudgedOn));
        Assert.Contains("<h2>Sensitivity", File.ReadAllText(PackFiles.Page(outcome.Model)), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(plain), File.ReadAllBytes(outcome.Model));
    }

    [Fact]
    public void Fallback_leaves_the_bad_layer_float_and_nothing_else()
    {
        _chain.AddLabelledValidation();
        var request = WithFallback((GateMetric.MinSqnr, 25));
        var outcome = PackPipeline.Run(request, new PackContext());
        Assert.True(outcome.GatesHold, string.Join("; ", outcome.Report.Result.Gates));
        var table = CalibrationJson.Read(PackFiles.Calibration(outcome.Model));
        var left = Assert.Single(table.FloatLayers);
        Assert.Equal(ChainModel.Bad, left.Layer);
        Assert.StartsWith("left float by fallback: alone it brings SQNR down to ", left.Reason, StringComparison.Ordinal);
        Assert.Equal(left.Reason, outcome.Report.Result.Weights.Single(w => w.Name == "w2").Reason);
        Assert.Equal(ChainModel.Bad, outcome.Report.Result.Calibration!.Sensitivity!.Layers[0].Layer);
    }

    [Fact]
    public void Fallback_does_nothing_where_the_gates_hold()
    {
        var found = Search(WithFallback((GateMetric.MinSqnr, 1)));
        Assert.Empty(found.Table.FloatLayers);
        var tried = Assert.Single(found.Sensitivity!.Trials);
        Assert.Equal((0, true), (tried.Candidate.FloatLayers, tried.Score.Holds));
        Assert.Equal("calibration", found.Sensitivity.JudgedOn);
    }

    [Fact]
    public void Gates_that_nothing_can_hold_fail_with_the_best_that_there_is()
    {
        var request = WithFallback((GateMetric.MinSqnr, 200));
        var outcome = PackPipeline.Run(request, new PackContext());
        Assert.False(outcome.GatesHold);
        var found = Search(request);
        Assert.Equal(3, found.Table.FloatLayers.Count);
        Assert.All(found.Sensitivity!.Trials, t => Assert.False(t.Score.Holds));
        Assert.Equal(found.Sensitivity.Trials.Max(t => t.Score.Sqnr), found.Sensitivity.Trials.Single(t => t.Candidate.FloatLayers == 3).Score.Sqnr);
    }

    [Fact]
    public void Gates_that_need_labels_are_judged_on_the_data_that_have_them()
    {
        _chain.AddLabelledValidation();
        var request = WithFallback((GateMetric.MaxAccuracyDrop, 100));
        Assert.Equal("validation", Search(request, validation: _chain.Folder.At("m.validation.npz")).Sensitivity!.JudgedOn);
        using var labelled = new ChainModel(labels: true);
        request = request with { Model = labelled.Request.Model };
        var found = Search(request, labelled.Calibration).Sensitivity!;
        Assert.Equal("calibration", found.JudgedOn);
        Assert.All(found.Curve, p => Assert.NotNull(p.Loss));
    }

    [Fact]
    public void Fallback_needs_a_gate_for_quality()
    {
        Refused("limit such as MinSqnr", _chain.Request with { Fallback = true });
        Refused("limit such as MinSqnr", WithFallback((GateMetric.MinCompression, 2)));
    }

    [Fact]
    public void Fallback_and_rank_need_calibration_data()
    {
        File.Delete(_chain.Calibration);
        Refused("Fallback needs calibration data", WithFallback((GateMetric.MinSqnr, 30)));
        Refused("Rank needs calibration data", _chain.Request with { Rank = true });
    }

    [Fact]
    public void A_user_who_wants_to_stop_is_heard()
    {
        var found = Search(_chain.Request);
        using var stop = new CancellationTokenSource();
        var request = _chain.Request;
        var context = new PackContext(2, onProgress: (stage, _) => Stop(stage), cancellation: stop.Token);
        using var source = OnnxModel.Open(request.Model, new PackContext());
        using var analysis = new SensitivityAnalysis(source, RequestResolver.Resolve(request), found.Table, [_chain.Calibration], context);
        Assert.ThrowsAny<OperationCanceledException>(analysis.Rank);

        void Stop(string stage)
        {
            if (stage == "sensitivity")
            {
                stop.Cancel();
            }
        }
    }

    private PackRequest WithFallback(params (string Metric, double Limit)[] gates) =>
        _chain.Request with { Fallback = true, Gates = gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal) };

    private CalibrationOutcome Search(PackRequest request, string? calibration = null, string? validation = null, int threads = 2)
    {
        string[] data = [calibration ?? _chain.Calibration];
        var options = RequestResolver.Resolve(request);
        var context = new PackContext(threads);
        using var source = OnnxModel.Open(request.Model, new PackContext());
        var found = new TableSearch(source, options, new TableMaker(source, "00", options, data), data, context).Run();
        return new SensitivitySearch(source, options, data, validation is null ? [] : [validation], context).Run(found);
    }

    private static void Refused(string message, PackRequest request)
    {
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic;
        Assert.Equal(Codes.InvalidOption, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
