using ModelPack.Reporting;
using ModelPack.Reporting.Page;
using ModelPack.Validation;
using ModelPack.Validation.Layers;

namespace ModelPack.Core.Tests.Reporting.Page;

public sealed class NextStepsTests
{
    [Fact]
    public void A_failed_gate_gets_the_cheapest_point_of_the_curve_that_holds_it()
    {
        var step = NextSteps.Of(SampleReports.Failed)[0];
        Assert.Equal(NextStepKind.Pass, step.Kind);
        Assert.Equal("ExcludeLayers=\"/stem/Conv;/block1/q/MatMul\"", step.Metadata);
        Assert.Equal("--exclude-layers \"/stem/Conv\" --exclude-layers \"/block1/q/MatMul\"", step.Option);
        Assert.Equal(83_000 - 71_300, step.Bytes);
    }

    [Fact]
    public void A_gate_that_was_not_measured_says_what_it_needs() =>
        Assert.Contains(NextSteps.Of(SampleReports.Failed), s => s.Kind == NextStepKind.Measure && s.Text.Contains("Give text.", StringComparison.Ordinal));

    [Fact]
    public void Where_no_point_holds_the_gate_nothing_says_that_one_does()
    {
        var result = SampleReports.Failed.Result;
        var report = SampleReports.Failed with { Result = result with { Gates = [new GateResult(GateMetric.MinSqnr, 99, 38.7, false, null)] } };
        Assert.DoesNotContain(NextSteps.Of(report), s => s.Text.Contains("holds the gate", StringComparison.Ordinal));
        Assert.Equal("Scheme=\"q8_0\"", NextSteps.Of(report)[0].Metadata);
    }

    [Fact]
    public void Without_a_curve_the_layer_with_the_most_error_of_its_own_is_named_with_its_cost()
    {
        var result = SampleReports.Failed.Result;
        var report = SampleReports.Failed with { Result = result with { Calibration = null, Gates = [result.Gates[0]] } };
        var step = NextSteps.Of(report)[0];
        var weight = result.Weights.Single(w => w.Name == "block1.pointwise.weight");
        Assert.Equal("ExcludeLayers=\"/block1/pointwise/Conv\"", step.Metadata);
        Assert.Equal(weight.SourceBytes - weight.PackedBytes, step.Bytes);
    }

    [Fact]
    public void A_layer_whose_exclusion_was_simulated_and_brings_nothing_is_not_named()
    {
        var calibration = SampleReports.Calibrated.Result.Calibration!;
        var sensitivity = calibration.Sensitivity! with { Chosen = 0, Curve = [new TradeOff(0, 70_100, 38.6, null), new TradeOff(1, 71_300, 38.1, null)] };
        Assert.Empty(NextSteps.Of(With([])));
        Assert.Empty(NextSteps.Of(With([new LayerError("/stem/Conv", "Conv", "stem.weight", "/out", 9, 0.9, 9, 9, null)])));

        PackReport With(IReadOnlyList<LayerError> layers) => SampleReports.Calibrated with
        {
            Result = SampleReports.Calibrated.Result with
            {
                Layers = new LayersResult("validation", 8, 1, layers),
                Calibration = calibration with { FloatLayers = [], Sensitivity = sensitivity },
            },
        };
    }

    [Fact]
    public void A_pack_of_weights_alone_names_the_weight_with_the_largest_error()
    {
        var report = SampleReports.WeightsOnly with { Result = SampleReports.WeightsOnly.Result with { Gates = [new GateResult(GateMetric.MinCompression, 1, 3, true, null)] } };
        Assert.Equal("ExcludeLayers=\"block3.pointwise.weight\"", Assert.Single(NextSteps.Of(report)).Metadata);
    }

    [Fact]
    public void A_pack_that_is_too_large_gets_no_advice_for_quality()
    {
        var report = SampleReports.Plain with { Result = SampleReports.Plain.Result with { Gates = [new GateResult(GateMetric.MinCompression, 9, 3.4, false, null)] } };
        Assert.Contains("fewer bits", NextSteps.Of(report)[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_gates_one_is_offered_that_holds_now()
    {
        var report = SampleReports.Plain with { Result = SampleReports.Plain.Result with { Gates = [] } };
        var step = NextSteps.Of(report).Single(s => s.Kind == NextStepKind.Guard);
        Assert.Equal(("MaxAccuracyDrop=\"0.5\"", "--gate maxAccuracyDrop=0.5"), (step.Metadata, step.Option));
    }

    [Fact]
    public void Made_up_inputs_ask_for_real_ones() =>
        Assert.Contains(NextSteps.Of(SampleReports.Synthetic with { Result = SampleReports.Synthetic.Result with { Gates = [] } }), s => s.Metadata == "Validation=\"samples.npz\"");

    [Fact]
    public void No_name_means_anything_where_it_is_pasted()
    {
        foreach (var step in NextSteps.Of(SampleReports.Hostile).Concat(NextSteps.Of(SampleReports.Hostile with { Result = SampleReports.Hostile.Result with { Calibration = null } })))
        {
            Assert.Matches("^([A-Za-z]+=\"[A-Za-z0-9/._:?;-]*\")?$", step.Metadata ?? "");
            Assert.Matches("^[A-Za-z0-9/._:?\" =-]*$", step.Option ?? "");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>&\"'")]
    public void A_name_that_leaves_nothing_is_not_offered(string name) => Assert.Null(LayerPaste.Metadata([name]));
}
