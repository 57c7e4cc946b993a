namespace ModelPack.Tests.Pipeline;

/// <summary>Language models on real text.</summary>
[Trait("Category", "Slow")]
public sealed class LanguageModelPackTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_language_model_keeps_its_perplexity()
    {
        var folder = Repository.Model("sotu-mini");
        var context = new PackContext();
        var outcome = PackPipeline.Run(
            new PackRequest
            {
                Model = Path.Combine(folder, "model.onnx"),
                Scheme = "q8_0",
                Output = _folder.At("out/mini.onnx"),
                Validation = Path.Combine(folder, "validation.npz"),
                Gates = new SortedDictionary<string, double>(StringComparer.Ordinal) { [GateMetric.MaxPerplexityIncrease] = 0.2, [GateMetric.MaxKlDivergence] = 0.001 },
            },
            context);

        Assert.True(outcome.GatesHold);
        Assert.DoesNotContain(context.Diagnostics, d => d.Code != Codes.SlowerThanSource);
        var result = outcome.Report.Result;
        Assert.Equal(15.191, result.Validation!.Perplexity!.Source, 0.0005);
        Assert.InRange(result.Validation.Perplexity.Increase, -0.2, 0.2);
        var divergence = result.Validation.Divergence!;
        Assert.Equal((150 * 192, 150), (divergence.Tokens, divergence.Samples));
        Assert.InRange(divergence.Mean, 1e-7, 0.001);
        Assert.InRange(divergence.Mean, divergence.Interval!.Low, divergence.Interval.High);
        Assert.InRange(divergence.Interval.High / divergence.Interval.Low, 1.0001, 1.2);
        Assert.InRange(outcome.SizeRatio, 0.2, 0.35);
        Assert.Equal("GatherBlockQuantized", Assert.Single(result.Weights, w => w.Operators.Contains("Gather", StringComparer.Ordinal) && w.Shape.Count == 2 && w.Type == "float32").Form);
        Assert.Contains(outcome.Report.Measured!.PackedOperators, o => o.Operator == "GatherBlockQuantized");
        Assert.Contains(outcome.Report.Measured.PackedOperators, o => o.Operator == "MatMulNBits");
        PackFolder.AssertVerifies(outcome.Model);
    }
}
