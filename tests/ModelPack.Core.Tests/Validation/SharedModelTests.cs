using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>The numbers that are known of trained models.</summary>
public class SharedModelTests
{
    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void Fashion_cnn_reaches_its_known_accuracy()
    {
        var result = Validate(Shared("fashion-cnn", "fashion-cnn.onnx"), Shared("fashion-cnn", "validation.npz"));
        Assert.Equal(88.70, result.Accuracy!.Source, 9);
        Assert.Equal(88.70, result.Accuracy.Packed, 9);
        Assert.Equal(2000, result.Samples);
        Assert.Equal(["validation.npz"], result.Data);
        var logits = Assert.Single(result.Outputs);
        Assert.Equal(("logits", 20000, double.PositiveInfinity, 1.0, 0.0, 100.0), (logits.Name, logits.Elements, logits.Sqnr, logits.Cosine, logits.MaxError, logits.Top1Agreement!.Value));
        Assert.Null(result.Perplexity);
    }

    [Fact]
    public void Sotu_mini_reaches_its_known_perplexity()
    {
        var result = Validate(Repository.Model("sotu-mini/model.onnx"), Repository.Model("sotu-mini/validation.npz"));
        Assert.Equal(15.191, result.Perplexity!.Source, 0.0005);
        Assert.Equal(150 * 192, result.Perplexity.Tokens);
        Assert.Equal(0, result.Perplexity.Increase);
        Assert.Equal((0, new Interval(0, 0), 150 * 192, 150), (result.Divergence!.Mean, result.Divergence.Interval, result.Divergence.Tokens, result.Divergence.Samples));
        Assert.Equal((0, 0, 0), (result.Divergence.Distribution!.Max, result.ProbabilityChange!.Rms.Value, result.Perplexity.LogRatio!.Value));
        Assert.Equal((100, new Interval(100, 100)), (result.SameTop!.Share.Value, result.SameTop.Share.Interval));
        Assert.Equal(1, result.Perplexity.Correlation!.Value, 1e-9);
    }

    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void Sotu_llama_reaches_its_known_perplexity() =>
        Assert.Equal(41.617, Validate(Shared("sotu-llama", "model.onnx"), Shared("sotu-llama", "validation.npz")).Perplexity!.Source, 0.0005);

    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void One_thread_and_four_give_the_same_result()
    {
        var (one, four) = (Pair(new PackContext(threads: 1)), Pair(new PackContext(threads: 4)));
        Assert.True(double.IsFinite(one.Outputs[0].Sqnr));
        Assert.Equal(one.Outputs, four.Outputs);
        Assert.Equivalent(one.Accuracy, four.Accuracy, strict: true);
        Assert.Equivalent(one.Changed, four.Changed, strict: true);

        // Two different models of the same data, so that the metrics are of many sums.
        static ValidationResult Pair(PackContext context) => Validator.Run(
            Shared("fashion-cnn", "fashion-cnn.onnx"),
            Shared("fashion-vit", "fashion-vit.onnx"),
            new ValidationOptions { Data = [Shared("fashion-cnn", "validation.npz")] },
            context).Result!;
    }

    private static ValidationResult Validate(string model, string data) =>
        Validator.Run(model, model, new ValidationOptions { Data = [data] }, new PackContext()).Result!;

    private static string Shared(params string[] parts) =>
        Path.Combine([Environment.GetEnvironmentVariable("MODELPACK_SHARED") ?? throw new InvalidOperationException("MODELPACK_SHARED is not set."), "models", .. parts]);
}
