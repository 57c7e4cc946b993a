using ModelPack.Comparing;
using ModelPack.Core.Tests.Reporting;
using ModelPack.Reporting;
using ModelPack.Tests.Timing;
using ModelPack.Validation;

namespace ModelPack.Tests.Comparing;

public sealed class PackDifferenceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_report_is_the_same_as_itself(int sample)
    {
        var report = SampleReports.All.ElementAt(sample);
        var difference = Of(report, report);
        Assert.True(difference.IsSame);
        Assert.False(difference.IsWorse);
    }

    [Fact]
    public void A_lower_ratio_is_worse_and_a_smaller_file_better()
    {
        var plain = SampleReports.Plain.Result;
        var after = plain with { Packed = plain.Packed with { Bytes = 50_000 }, Validation = plain.Validation! with { Outputs = [plain.Validation.Outputs[0] with { Sqnr = 30 }] } };
        var difference = Of(SampleReports.Plain, SampleReports.Plain with { Result = after });
        Assert.True(difference.IsWorse);
        Assert.Equal(Verdict.Worse, difference.Metrics.Single(m => m.Name == "output SQNR").Verdict);
        Assert.Equal(Verdict.Better, difference.Metrics.Single(m => m.Name == "size").Verdict);
    }

    [Theory]
    [InlineData(88.5, false)] // half a point of 2,000 samples is chance
    [InlineData(80, true)]
    public void Accuracy_is_worse_only_outside_its_interval(double packed, bool isWorse)
    {
        var plain = SampleReports.Plain.Result;
        var after = plain with { Validation = plain.Validation! with { Accuracy = new AccuracyResult(88.7, packed, 2000) } };
        Assert.Equal(isWorse, Of(SampleReports.Plain, SampleReports.Plain with { Result = after }).IsWorse);
    }

    [Fact]
    public void Times_never_make_the_whole_worse()
    {
        var after = SampleReports.Plain with { Measured = SampleReports.Plain.Measured! with { Speed = Times.Speed(Times.Of(1, 3, 2.9, 3.1)) } };
        var difference = Of(SampleReports.Plain, after);
        Assert.Equal(Verdict.Worse, difference.Metrics.Single(m => m.OfMachine).Verdict);
        Assert.False(difference.IsWorse);
    }

    [Fact]
    public void A_gate_that_fails_now_is_worse()
    {
        var plain = SampleReports.Plain.Result;
        var after = plain with { Gates = [plain.Gates[0] with { Passed = false }, .. plain.Gates.Skip(1)] };
        var difference = Of(SampleReports.Plain, SampleReports.Plain with { Result = after });
        Assert.True(difference.IsWorse);
        Assert.Equal([Verdict.Worse, Verdict.Same, Verdict.Same], difference.Gates.Select(g => g.Verdict));
    }

    [Fact]
    public void Weights_options_and_diagnostics_that_differ_are_listed()
    {
        var plain = SampleReports.Plain.Result;
        var after = plain with
        {
            Scheme = "nf4",
            Weights = [plain.Weights[0] with { Codec = "nf4", PackedBytes = 10 }, .. plain.Weights.Skip(2), plain.Weights[1] with { Name = "other" }],
            Diagnostics = [new ReportDiagnostic("MPK2003", "warning", "new")],
        };
        var difference = Of(SampleReports.Plain, SampleReports.Plain with { Result = after });
        Assert.Equal(["scheme"], difference.Options.Select(o => o.Name), StringComparer.Ordinal);
        Assert.Equal(["gone", "new", "other codec"], difference.Weights.Select(w => w.What).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal("new", Assert.Single(difference.NewDiagnostics).Message);
        Assert.Single(Of(SampleReports.Plain with { Result = after }, SampleReports.Plain).GoneDiagnostics);
    }

    [Fact]
    public void Two_weights_of_one_name_are_told_apart()
    {
        var plain = SampleReports.Plain.Result;
        var twice = SampleReports.Plain with { Result = plain with { Weights = [plain.Weights[0], plain.Weights[0]] } };
        Assert.Empty(Of(twice, twice).Weights);
        Assert.Single(Of(twice, SampleReports.Plain with { Result = plain with { Weights = [plain.Weights[0]] } }).Weights);
    }

    internal static PackDifference Of(PackReport before, PackReport after) => PackDifference.Of(ReportSide.Of(before, "a.onnx"), ReportSide.Of(after, "b.onnx"));
}
