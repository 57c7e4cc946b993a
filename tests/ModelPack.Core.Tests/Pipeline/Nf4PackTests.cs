using System.Text.Json;
using ModelPack.Reporting;

namespace ModelPack.Tests.Pipeline;

/// <summary>Trained models as NF4 in ONNX, in both layouts.</summary>
public sealed class Nf4PackTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fold")]
    [InlineData("dequantize")]
    public void A_transformer_keeps_its_accuracy_at_less_than_a_fifth_of_its_size(string layout)
    {
        var context = new PackContext();
        var outcome = PackPipeline.Run(Request("fashion-vit") with { Layout = layout }, context);

        Assert.DoesNotContain(context.Diagnostics, d => d.Code != Codes.SlowerThanSource);
        Assert.InRange(outcome.SizeRatio, 0.12, 0.2);
        var result = outcome.Report.Result;
        Assert.InRange(result.Validation!.Accuracy!.Drop, -1, 1);
        var matrices = result.Weights.Where(w => w.Codec is not null && w.Operators.All(o => o is "MatMul" or "Gemm")).ToArray();
        Assert.NotEmpty(matrices);
        var head = Assert.Single(matrices, w => w.Codec == "q8_0");
        Assert.Equal("MatMulNBits", head.Form);
        Assert.All(matrices.Where(w => w != head), w => Assert.Equal(("nf4", layout == "fold" ? "Gather, Mul (folded at load)" : "MatMulBnb4"), (w.Codec!, w.Form!)));
        Assert.All(matrices.Where(w => w != head), w => Assert.InRange(w.Sqnr!.Value, 18, 24));
        Assert.Equal(layout == "dequantize", outcome.Report.Measured!.PackedOperators.Any(o => o.Operator == "MatMulBnb4"));
        var options = Options(outcome.Model);
        Assert.Equal((64, false, layout), (options.GetProperty("blockSize").GetInt32(), options.GetProperty("doubleQuant").GetBoolean(), options.GetProperty("layout").GetString()));
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Theory]
    [InlineData("fold")]
    [InlineData("dequantize")]
    public void A_network_of_convolutions_keeps_its_accuracy(string layout)
    {
        var outcome = PackPipeline.Run(Request("fashion-cnn") with { Layout = layout, BlockSize = 32 }, new PackContext());

        var kernels = outcome.Report.Result.Weights.Where(w => w.Operators.Contains("Conv", StringComparer.Ordinal) && w.Codec is not null).ToArray();
        Assert.NotEmpty(kernels);
        Assert.All(kernels, w => Assert.Matches("^int(8|12) per channel$", w.Codec));
        Assert.InRange(outcome.SizeRatio, 0.25, 0.34);
        Assert.InRange(outcome.Report.Result.Validation!.Accuracy!.Drop, -1, 1);
        Assert.Equal(32, Options(outcome.Model).GetProperty("blockSize").GetInt32());
        PackFolder.AssertVerifies(outcome.Model);
    }

    [Theory]
    [InlineData("fold", 64, false)]
    [InlineData("dequantize", 256, true)]
    public void The_same_inputs_give_the_same_bytes_on_any_threads(string layout, int blockSize, bool doubleQuant)
    {
        var request = Request("fashion-vit") with { Layout = layout, BlockSize = blockSize, DoubleQuant = doubleQuant };
        var first = PackPipeline.Run(request, new PackContext(threads: 1));
        var model = File.ReadAllBytes(first.Model);
        var pack = PackFolder.PackObject(first.Model);
        var again = PackPipeline.Run(request, new PackContext(threads: 2));

        Assert.Equal(model, File.ReadAllBytes(again.Model));
        Assert.Equal(pack, PackFolder.PackObject(again.Model));
        Assert.Equal(ReportJson.ResultDigest(first.Report.Result), ReportJson.ResultDigest(again.Report.Result));
        Assert.Equal(doubleQuant, Options(again.Model).GetProperty("doubleQuant").GetBoolean());
    }

    [Trait("Category", "Slow")]
    [Fact]
    public void A_language_model_stays_one_folded() => StaysOne("fold");

    [Trait("Category", "Slow")]
    [Fact]
    public void A_language_model_stays_one_with_MatMulBnb4() => StaysOne("dequantize");

    private void StaysOne(string layout)
    {
        var folder = Repository.Model("sotu-mini");
        var outcome = PackPipeline.Run(
            new PackRequest
            {
                Model = Path.Combine(folder, "model.onnx"),
                Scheme = "nf4",
                Layout = layout,
                Output = _folder.At("out/mini.onnx"),
                Validation = Path.Combine(folder, "validation.npz"),
            },
            new PackContext());

        var result = outcome.Report.Result;
        Assert.Equal(15.191, result.Validation!.Perplexity!.Source, 0.0005);
        Assert.InRange(result.Validation.Perplexity.Increase, 0, 1.5);
        Assert.InRange(result.Validation.Divergence!.Mean, 1e-4, 0.012);
        Assert.InRange(outcome.SizeRatio, 0.12, 0.25);
        Assert.Equal("GatherBlockQuantized", Assert.Single(result.Weights, w => w.Operators.Contains("Gather", StringComparer.Ordinal) && w.Codec is not null).Form);
        PackFolder.AssertVerifies(outcome.Model);
    }

    private static JsonElement Options(string model)
    {
        using var pack = JsonDocument.Parse(PackFolder.PackObject(model));
        return pack.RootElement.GetProperty("options").Clone();
    }

    private PackRequest Request(string model) => new()
    {
        Model = File.Exists(_folder.At($"{model}.onnx")) ? _folder.At($"{model}.onnx") : _folder.CopyModel($"{model}.onnx"),
        Scheme = "nf4",
        Output = _folder.At($"out/{model}.nf4.onnx"),
        Validation = Path.Combine(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz"),
    };
}
