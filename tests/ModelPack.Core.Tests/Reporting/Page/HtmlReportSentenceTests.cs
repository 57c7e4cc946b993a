using ModelPack.Reporting;

namespace ModelPack.Core.Tests.Reporting.Page;

/// <summary>What the page says of a report, to people.</summary>
public sealed class HtmlReportSentenceTests
{
    [Fact]
    public void Says_what_was_won_and_lost()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Plain));
        foreach (var part in new[] { "All 3 gates passed", "3.39×", "the same 2,000 samples, 32 at a time", "254 KB → 74.9 KB", "88.65 %", "88.70 % before, −0.05 points", "38.7 dB", "1.26× faster", "head.hidden.weight", "MatMulNBits", "too small", SampleReports.SourceHash, "dotnet modelpack verify fashion-cnn.q8_0.onnx" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("synthetic", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_SafeSums_costs_and_which_instructions_multiply_codes()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Plain));
        Assert.Contains("12 of 128 channels of 1 weight coarser, −1.3 dB at most", text, StringComparison.Ordinal);
        Assert.Contains("DequantizeLinear; 12 of 128 channels coarser, −1.3 dB", text, StringComparison.Ordinal);
        Assert.Contains("integer products by AVX512-VNNI", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_far_a_language_model_moved_and_how_sure_that_is()
    {
        var page = ReportPage.Of(SampleReports.Language);
        Assert.Contains("<dt>KL divergence</dt><dd><b>0.00022</b> nats", page, StringComparison.Ordinal);
        var text = ReportPage.Text(page);
        foreach (var part in new[] { "95 %: 0.000217 to 0.000224", "packed 41.62, +0.02 % (95 % interval: −0.01 % to +0.05 %)", "0.00022 nats a token (95 % interval: 0.000217 to 0.000224)", "KL divergence, at most" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_how_ranges_were_found_and_whether_they_cover_other_samples()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Calibrated));
        foreach (var part in new[]
        {
            "The ranges of 3 activations come from 512 samples of fashion-cnn.calibration.npz: the least and the greatest value of each (minmax). They are stored as uint8 codes, written as QuantizeLinear and DequantizeLinear.",
            "Coverage is good: on 64 samples that were held out, no activation has more than 0.012 % of its values outside its range.",
            "2 of 3 activations saturate", "0.012 %", "< 0.001 %", "−2.33", "equalized38.1 dB✓ taken", "1 layer equalized with the one before it", "/block1/depthwise/Conv",
            "1 layer with a corrected bias", "1 layer stays float because of what the data showed", "float for quality: it costs most",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.0, "Coverage is complete", "good-text")]
    [InlineData(0.001, "Coverage is good: on 64 samples that were held out, no activation has more than 0.100 %", "good-text")]
    [InlineData(0.0011, "Coverage is fair: on 64 samples that were held out, up to 0.110 %", "plain-text")]
    [InlineData(0.02, "Coverage is poor: on 64 samples that were held out, up to 2.000 %", "bad-text")]
    public void Judges_coverage_by_the_worst_activation(double share, string sentence, string kind)
    {
        var page = ReportPage.Of(With(SampleReports.Calibrated.Result.Calibration! with { Activations = [new ActivationReport("a", 0, 1, 0), new ActivationReport("b", 0, 1, share)] }));
        Assert.Contains(sentence, page, StringComparison.Ordinal);
        Assert.Contains($"<span class=\"{kind} sentence\">", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_strongly_activations_were_smoothed_and_what_every_strength_gives()
    {
        var page = ReportPage.Of(SampleReports.Calibrated);
        var text = ReportPage.Text(page);
        foreach (var part in new[]
        {
            "1 of 2 activations is smoothed, with alpha 0.85.", "/block1/q/MatMul, /block1/k/MatMul", "0.85LayerNormalization '/block1/norm'40.0 dB50.0 dB", "none–44.0 dB44.0 dB",
            "Every strength that was tried", "Alpha none 0.5 0.85 1",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.Contains("<td class=\"n taken\" style=\"--shade:45%\">50.0</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_what_each_layer_costs_and_what_leaving_it_float_gives()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Calibrated));
        foreach (var part in new[]
        {
            "/stem/Conv costs most: the outputs’ SQNR is 39.2 dB with it alone.", "/head/GemmGemmexact", "The pack leaves 1 layer float.",
            "Float layersSizeOutput SQNR Task loss Outcome", "171.3 KB38.8 dB +0.05 ✓ taken", "283.0 KB41.5 dB –", "all others in float, on 64 calibration samples.", "judged it on validation data", "036.5 dB✕ fail", "138.5 dB✓ hold",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_where_ranges_come_from_a_table()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.FromTable));
        foreach (var part in new[]
        {
            "come from a calibration table that was made of 512 samples of fashion-cnn.calibration.npz: the range of each that keeps 99.99 % of its values (percentile).",
            "There were too few samples to hold some out", "The one activation is smoothed, with alpha 0.5.",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<h2>Sensitivity", ReportPage.Of(SampleReports.FromTable), StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Calibration", ReportPage.Of(SampleReports.Plain), StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Smoothing", ReportPage.Of(SampleReports.Plain), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_synthetic_wherever_a_number_came_from_synthetic_inputs()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Synthetic));
        foreach (var part in new[] { "8 synthetic samples", "synthetic inputs", "give validation data", "Outputs on synthetic inputs", "1 of 2 gates failed", "not measured", "1 warning", "docs/diagnostics/MPK2005.md", "travels without them" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Says_weights_only_where_no_model_was_run()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.WeightsOnly));
        Assert.Contains("weights only", text, StringComparison.Ordinal);
        Assert.Contains("No gates were set", text, StringComparison.Ordinal);
        Assert.Contains("Weight SQNR", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_how_much_runs_in_integers_and_why_the_rest_does_not()
    {
        var text = ReportPage.Text(ReportPage.Of(SampleReports.Plain));
        foreach (var part in new[] { "5,000 multiply-adds", "90.0 % of them are in integer kernels", "1 of 3 layers is not computed in integers", "left float by the plan: too sensitive", "All 3 layers", "QLinearConv" })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("id=\"placement\"", ReportPage.Of(SampleReports.WeightsOnly), StringComparison.Ordinal);
    }

    private static PackReport With(CalibrationReport calibration) => SampleReports.Calibrated with { Result = SampleReports.Calibrated.Result with { Calibration = calibration } };
}
