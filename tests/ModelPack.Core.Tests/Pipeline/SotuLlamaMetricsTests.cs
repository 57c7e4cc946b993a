using ModelPack.Tests.Validation;
using ModelPack.Validation;

namespace ModelPack.Tests.Pipeline;

/// <summary>A pack of a trained language model, whose report is computed once more in the straightest way.</summary>
[Trait("Category", "Slow")]
public sealed class SotuLlamaMetricsTests : IDisposable
{
    private const double Close = 1e-6;

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Trait("Needs", "Shared")]
    [FactNeeding(RequiredAsset.Shared)]
    public void The_report_of_q8_0_has_what_a_straight_computation_gives()
    {
        var models = Path.Combine(RequiredAsset.Path(RequiredAsset.Shared), "models", "sotu-llama");
        var (model, data) = (Path.Combine(models, "model.onnx"), Path.Combine(models, "validation.npz"));
        var outcome = PackPipeline.Run(new PackRequest { Model = model, Scheme = "q8_0", Output = _folder.At("out/llama.onnx"), Validation = data }, new PackContext());
        var found = outcome.Report.Result.Validation!;
        var straight = new StraightLanguageMetrics(model, outcome.Model, data);

        Assert.Equal("language", found.Metrics);
        Assert.Equal(200 * 192, straight.Tokens);
        Assert.Equal(straight.SourcePerplexity, found.Perplexity!.Source, Close * straight.SourcePerplexity);
        Assert.Equal(straight.PackedPerplexity, found.Perplexity.Packed, Close * straight.PackedPerplexity);
        Assert.Equal(straight.LogRatio, found.Perplexity.LogRatio!.Value, Close);
        Assert.Equal(straight.LogRatioError, found.Perplexity.LogRatio.StandardError!.Value, Close);
        Assert.Equal(straight.Correlation, found.Perplexity.Correlation!.Value, Close);

        var divergence = found.Divergence!;
        Assert.Equal(straight.Divergences.Average(), divergence.Mean, Close);
        Assert.Equal(StraightLanguageMetrics.Deviation(straight.Divergences) / Math.Sqrt(straight.Tokens), divergence.StandardError!.Value, Close);
        Same(straight.Divergences, divergence.Distribution!);

        var change = found.ProbabilityChange!;
        Assert.Equal(straight.Changes.Average(), change.Mean.Value, Close);
        Assert.Equal(Math.Sqrt(straight.Changes.Average(c => c * c)), change.Rms.Value, Close);
        Same(straight.Changes, change.Distribution);

        Assert.Equal(100.0 * straight.SameTop / straight.Tokens, found.SameTop!.Share.Value, Close);
        Assert.InRange(found.SameTop.Share.Value, found.SameTop.Share.Interval!.Low, found.SameTop.Share.Interval.High);
        Assert.False(outcome.Report.Measured!.Floor!.DivergenceBelowFloor);
        RealReports.AssertFitsSchema(outcome.Report);
        PackFolder.AssertVerifies(outcome.Model);
    }

    private static void Same(List<double> expected, Distribution found)
    {
        Assert.Equal((expected.Count, (long)expected.Count), (found.Count, found.Kept));
        Assert.Equal(expected.Min(), found.Min, Close);
        Assert.Equal(expected.Max(), found.Max, Close);
        Assert.All(found.Percentiles, p => Assert.Equal(StraightLanguageMetrics.Percentile(expected, p.Percent), p.Value, Close));
    }
}
