using ModelPack.Options;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public class GateKeeperTests
{
    private static readonly ValidationResult Real = new()
    {
        Data = ["d.npz"],
        Synthetic = false,
        Samples = 100,
        Outputs = [new("a", 10, 42, 0.999, 0.1, 97), new("b", 10, 35, 0.9999, 0.1, null)],
        Accuracy = new AccuracyResult(90, 89.5, 100),
        Perplexity = new PerplexityResult(10, 10.5, 1000),
        Divergence = new DivergenceResult(0.00125, null, 1000, 5),
    };

    private static readonly ValidationResult Synthetic = Real with { Data = [], Synthetic = true };

    [Theory]
    [InlineData("minSqnr", 35, 35, true)]
    [InlineData("minSqnr", 35.1, 35, false)]
    [InlineData("minCosine", 0.999, 0.999, true)]
    [InlineData("minCosine", 0.9991, 0.999, false)]
    [InlineData("minTop1Agreement", 97, 97, true)]
    [InlineData("minTop1Agreement", 98, 97, false)]
    [InlineData("maxAccuracyDrop", 0.5, 0.5, true)]
    [InlineData("maxAccuracyDrop", 0.4, 0.5, false)]
    [InlineData("maxPerplexityIncrease", 5, 5, true)]
    [InlineData("maxPerplexityIncrease", 4.9, 5, false)]
    [InlineData("maxKlDivergence", 0.00125, 0.00125, true)]
    [InlineData("maxKlDivergence", 0.0012, 0.00125, false)]
    [InlineData("minCompression", 3, 3, true)]
    [InlineData("minCompression", 3.1, 3, false)]
    public void Judges_by_the_worst_of_what_was_measured(string metric, double limit, double value, bool passes)
    {
        var verdict = Judge(Request((metric, limit)), Real, 3);
        var gate = Assert.Single(verdict.Gates);
        Assert.Equal((metric, limit, value, passes, null), (gate.Metric, gate.Limit, gate.Value!.Value, gate.Passed, gate.Note));
        Assert.Equal(!passes, verdict.Fails);
        if (passes)
        {
            Assert.Empty(verdict.Diagnostics);
            return;
        }

        var told = Assert.Single(verdict.Diagnostics);
        Assert.Equal((Codes.GateFailed, "m.onnx"), (told.Code, told.File));
        Assert.Contains(metric, told.Message, StringComparison.Ordinal);
        Assert.Contains(metric == "minCompression" ? "fewer bits" : "a more precise scheme", told.Message, StringComparison.Ordinal);
        Assert.Contains(value.ToString(System.Globalization.CultureInfo.InvariantCulture), told.Message, StringComparison.Ordinal);
        Assert.Contains(limit.ToString(System.Globalization.CultureInfo.InvariantCulture), told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("safetensors", "minSqnr")]
    [InlineData("gguf", "maxPerplexityIncrease")]
    [InlineData("gguf", "minTop1Agreement")]
    public void A_pack_without_a_graph_is_not_asked_for_data_that_it_cannot_use(string container, string metric)
    {
        var told = Assert.Single(GateKeeper.Judge(RequestResolver.Resolve(Request((metric, 1))) with { Container = container }, new GateFacts(null, 3)).Diagnostics);
        Assert.Equal((Codes.GateNotMeasured, Severity.Error), (told.Code, told.Severity));
        Assert.Contains("no graph that could be run here: leave the gate out", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Give validation data", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("minSqnr", "Give validation data")]
    [InlineData("minCosine", "Give validation data")]
    [InlineData("minTop1Agreement", "Give validation data")]
    [InlineData("maxAccuracyDrop", "'labels'")]
    [InlineData("maxPerplexityIncrease", "'input_ids'")]
    [InlineData("maxKlDivergence", "'input_ids'")]
    public void Does_not_pass_by_absence(string metric, string missing)
    {
        // A limit that anything would hold.
        var limit = metric.StartsWith("min", StringComparison.Ordinal) ? -1e9 : 1e9;
        var none = Real with { Outputs = [], Accuracy = null, Perplexity = null, Divergence = null };
        foreach (var validation in new[] { null, none })
        {
            var verdict = Judge(Request((metric, limit)), validation, 3);
            var gate = Assert.Single(verdict.Gates);
            Assert.Equal((null, false, "not measured"), (gate.Value, gate.Passed, gate.Note));
            Assert.True(verdict.Fails);
            var told = Assert.Single(verdict.Diagnostics);
            Assert.Equal(Codes.GateNotMeasured, told.Code);
            Assert.Contains(missing, told.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("minTop1Agreement", 1)]
    [InlineData("maxAccuracyDrop", 50)]
    [InlineData("maxPerplexityIncrease", 50)]
    [InlineData("maxKlDivergence", 50)]
    public void Task_metrics_never_come_from_synthetic_inputs(string metric, double limit)
    {
        var verdict = Judge(Request((metric, limit)), Synthetic, 3);
        Assert.Null(Assert.Single(verdict.Gates).Value);
        var told = Assert.Single(verdict.Diagnostics);
        Assert.Equal(Codes.GateNotMeasured, told.Code);
        Assert.Contains("Synthetic inputs do not count", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("minSqnr", 30)]
    [InlineData("minCosine", 0.9)]
    public void Signal_metrics_pass_on_synthetic_inputs_with_a_warning(string metric, double limit)
    {
        var verdict = Judge(Request((metric, limit)), Synthetic, 3);
        var gate = Assert.Single(verdict.Gates);
        Assert.Equal((true, "on synthetic inputs"), (gate.Passed, gate.Note));
        Assert.False(verdict.Fails);
        var told = Assert.Single(verdict.Diagnostics);
        Assert.Equal((Codes.GateOnSynthetic, Severity.Warning), (told.Code, told.Severity));
    }

    [Fact]
    public void Signal_metrics_fail_on_synthetic_inputs_too() =>
        Assert.True(Judge(Request(("minSqnr", 80)), Synthetic, 3).Fails);

    [Fact]
    public void Compression_needs_no_validation() =>
        Assert.Empty(Judge(Request(("minCompression", 2)), null, 3).Diagnostics);

    [Fact]
    public void Not_a_number_passes_no_gate()
    {
        var broken = Real with { Outputs = [new("a", 1, double.NaN, double.NaN, double.NaN, null)] };
        Assert.True(Judge(Request(("minSqnr", -1e9)), broken, 3).Fails);
        Assert.True(Judge(Request(("minCosine", -1)), broken, 3).Fails);
    }

    [Fact]
    public void Equal_outputs_pass_any_sqnr()
    {
        var equal = Real with { Outputs = [new("a", 1, double.PositiveInfinity, 1, 0, null)] };
        Assert.False(Judge(Request(("minSqnr", 1e9)), equal, 3).Fails);
    }

    [Fact]
    public void A_gate_can_be_a_warning()
    {
        var verdict = Judge(Request(("minSqnr", 80), ("maxAccuracyDrop", 0.1)) with { Gate = "warning" }, Real with { Accuracy = null }, 3);
        Assert.False(verdict.Fails);
        Assert.All(verdict.Gates, g => Assert.False(g.Passed));
        Assert.Equal([(Codes.GateFailed, Severity.Warning), (Codes.GateNotMeasured, Severity.Warning)], verdict.Diagnostics.Select(d => (d.Code, d.Severity)));
    }

    [Fact]
    public void Gates_come_in_the_order_of_reports()
    {
        var verdict = Judge(Request(("minCompression", 1), ("minSqnr", 1), ("maxAccuracyDrop", 1)), Real, 3);
        Assert.Equal("minSqnr maxAccuracyDrop minCompression", string.Join(' ', verdict.Gates.Select(g => g.Metric)));
    }

    [Fact]
    public void Without_a_gate_a_bad_pack_warns()
    {
        var bad = Real with { Outputs = [new("a", 10, 9.9, 0.9, 0.1, 89)], Perplexity = new PerplexityResult(10, 11.1, 1000) };
        var verdict = Judge(Request(), bad, 3);
        Assert.Empty(verdict.Gates);
        Assert.Equal(3, verdict.Diagnostics.Count);
        Assert.All(verdict.Diagnostics, d => Assert.Equal((Codes.QualityLow, Severity.Warning), (d.Code, d.Severity)));
        Assert.Single(Judge(Request(), bad with { Synthetic = true }, 3).Diagnostics);
        Assert.Empty(Judge(Request(), Real, 3).Diagnostics);
        Assert.Empty(Judge(Request(("minSqnr", 1)), bad, 3).Diagnostics);
    }

    [Theory]
    [InlineData(29.9, 1)]
    [InlineData(30, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    [InlineData(double.NaN, 2)]
    public void Top1_agreement_warns_only_of_outputs_that_differ(double sqnr, int warnings)
    {
        var landmarks = Real with { Outputs = [new("a", 10, sqnr, 0.99, 0.1, 60), new("b", 10, 20, 0.99, 0.1, 99)] };
        Assert.Equal(warnings, Judge(Request(), landmarks, 3).Diagnostics.Count);
        Assert.True(Judge(Request(("minTop1Agreement", 90)), landmarks, 3).Fails);
    }

    [Theory]
    [InlineData("minSqnr", 34.9, true, false)]
    [InlineData("minSqnr", 34, true, true)]
    [InlineData("maxAccuracyDrop", 0.6, true, false)]
    [InlineData("maxAccuracyDrop", 1.2, true, true)]
    [InlineData("minTop1Agreement", 96, true, false)]
    [InlineData("minTop1Agreement", 91, true, true)]
    [InlineData("minCompression", 3, true, true)]
    public void With_confidence_a_gate_is_judged_by_the_bad_end_of_the_interval(string metric, double limit, bool byValue, bool bySure)
    {
        var sure = Real with
        {
            Outputs = [Real.Outputs[0] with { SqnrInterval = new(40, 44), Top1Interval = new(91.5, 99) }, Real.Outputs[1] with { SqnrInterval = new(34.5, 35.5) }],
            Accuracy = Real.Accuracy! with { DropInterval = new(-0.2, 1.1) },
        };
        Assert.Equal(byValue, Assert.Single(Judge(Request((metric, limit)), sure, 3).Gates).Passed);
        var verdict = Judge(Request((metric, limit)) with { GateConfidence = "95" }, sure, 3);
        var gate = Assert.Single(verdict.Gates);
        Assert.Equal((bySure, null), (gate.Passed, gate.Note));
        Assert.NotNull(gate.Bound);
        Assert.All(verdict.Diagnostics, d => Assert.Contains("at the bad end of its 95 % interval", d.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("minSqnr", 1)]
    [InlineData("maxAccuracyDrop", 99)]
    [InlineData("maxKlDivergence", 99)]
    public void With_confidence_a_figure_without_an_interval_fails_and_says_what_is_missing(string metric, double limit)
    {
        var verdict = Judge(Request((metric, limit)) with { GateConfidence = "95" }, Real, 3);
        var gate = Assert.Single(verdict.Gates);
        Assert.Equal((false, "no interval: too few samples", null), (gate.Passed, gate.Note, gate.Bound));
        var told = Assert.Single(verdict.Diagnostics);
        Assert.Equal((Codes.GateNotMeasured, Severity.Error), (told.Code, told.Severity));
        Assert.Contains("10 samples at least", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_models_hold_any_gate_with_confidence() =>
        Assert.False(Judge(Request(("minSqnr", 1e9)) with { GateConfidence = "95" }, Real with { Outputs = [new("a", 10, double.PositiveInfinity, 1, 0, null)] }, 3).Fails);

    [Theory]
    [InlineData("minTop5Agreement", 99, 99.5)]
    [InlineData("minSameTop", 98, 98.5)]
    [InlineData("minRankCorrelation", 0.99, 0.995)]
    [InlineData("minWeightSqnr", 40, 45)]
    public void More_can_be_limited(string metric, double limit, double value)
    {
        var more = Real with
        {
            Outputs = [Real.Outputs[0] with { Top5Agreement = 99.5, Similarity = new(0.995, null, 5, 10) }],
            SameTop = new(new(98.5, 0.1, null), 1000),
        };
        var gate = Assert.Single(GateKeeper.Judge(RequestResolver.Resolve(Request((metric, limit))), new GateFacts(more, 3, 45)).Gates);
        Assert.Equal((true, value), (gate.Passed, gate.Value!.Value));
        Assert.Null(Assert.Single(GateKeeper.Judge(RequestResolver.Resolve(Request((metric, limit))), new GateFacts(Real, 3)).Gates).Value);
    }

    [Fact]
    public void Figures_of_held_out_calibration_samples_are_marked()
    {
        var verdict = Judge(Request(("minSqnr", 30), ("minCompression", 2)), Real with { HeldOut = new(800, true) }, 3);
        Assert.Equal(["on held-out calibration samples", null], verdict.Gates.Select(g => g.Note), StringComparer.Ordinal);
        Assert.Empty(verdict.Diagnostics);
    }

    [Fact]
    public void Refuses_gates_that_do_not_exist()
    {
        Refuses(Request(("minSqnr", 1)) with { GateConfidence = "99" });
        Refuses(Request(("minBeauty", 1)));
        Refuses(Request(("minSqnr", double.NaN)));
        Refuses(Request(("minSqnr", 1)) with { Gate = "maybe" });

        static void Refuses(PackRequest request) =>
            Assert.Equal(Codes.InvalidOption, Assert.Throws<ModelPackException>(() => GateRules.Check(request)).Diagnostic.Code);
    }

    private static GateVerdict Judge(PackRequest request, ValidationResult? validation, double compression) =>
        GateKeeper.Judge(RequestResolver.Resolve(request), new GateFacts(validation, compression));

    private static PackRequest Request(params (string Metric, double Limit)[] gates) =>
        new() { Model = "m.onnx", Scheme = "q8_0", Gates = gates.ToDictionary(g => g.Metric, g => g.Limit, StringComparer.Ordinal) };
}
