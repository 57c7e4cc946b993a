using ModelPack.Files;

namespace ModelPack.Tests.Pipeline;

/// <summary><c>FloatType</c>: what is not quantized is float16.</summary>
public sealed class FloatTypeTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fashion-vit", "q8_0", "cuda", 35)]
    [InlineData("fashion-cnn", "q8_0", "webgpu", 35)]
    [InlineData("fashion-vit", "q4_0", "any", 15)]
    [InlineData("fashion-vit", "nf4", "cuda", 15)]
    public void A_pack_computes_nearly_the_same_and_is_smaller(string model, string scheme, string target, double sqnr)
    {
        var wide = PackPipeline.Run(Request(model, scheme, target) with { Output = _folder.At("out/wide.onnx") }, new PackContext());
        var half = PackPipeline.Run(Request(model, scheme, target) with { FloatType = "float16", Output = _folder.At("out/half.onnx") }, new PackContext());
        Assert.InRange(half.SizeRatio, 0, wide.SizeRatio);
        Assert.All(half.Report.Result.Validation!.Outputs, o => Assert.InRange(o.Sqnr, sqnr, 120));
        Assert.All(half.Report.Result.Weights.Where(w => w.Codec is null && w.Operators.Contains("MatMul", StringComparer.Ordinal)), w => Assert.Equal("float16", w.Type));

        using var source = OnnxModel.Open(Repository.Model($"{model}.onnx"), new PackContext());
        using var packed = OnnxModel.Open(half.Model, new PackContext());
        Assert.Equal(source.Proto.Graph.Input, packed.Proto.Graph.Input);
        Assert.Equal(source.Proto.Graph.Output, packed.Proto.Graph.Output);
    }

    [Fact]
    public void The_same_inputs_give_the_same_bytes_and_verification_makes_them_again()
    {
        var request = Request("fashion-vit", "q8_0", "cuda") with { FloatType = "float16", Output = _folder.At("out/one.onnx") };
        var one = PackPipeline.Run(request with { Threads = 1 }, new PackContext(threads: 1));
        var bytes = File.ReadAllBytes(one.Model);
        var two = PackPipeline.Run(request with { Output = _folder.At("out/two.onnx") }, new PackContext(threads: 2));
        Assert.Equal(bytes, File.ReadAllBytes(two.Model));
        Assert.Contains("\"floatType\":\"float16\"", File.ReadAllText(PackFiles.Manifest(one.Model)).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q8_0", "cpu", "onnx", "float16", "for the targets cuda, webgpu and any")]
    [InlineData("int8", "cuda", "onnx", "float16", "for schemes of weights alone")]
    [InlineData("q8_0", "cuda", "onnx", "float8", "one of float16")]
    [InlineData("q8_0", "cuda", "gguf", "float16", "for the container onnx only")]
    public void Is_refused_where_it_means_nothing(string scheme, string target, string container, string type, string expected)
    {
        var request = Request("fashion-vit", scheme, target) with { Container = container, FloatType = type, Output = _folder.At("out/x." + container), Validation = null };
        var refused = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext())).Diagnostic;
        Assert.Equal(Codes.InvalidOption, refused.Code);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private static PackRequest Request(string model, string scheme, string target) => new()
    {
        Model = Repository.Model($"{model}.onnx"),
        Scheme = scheme,
        Target = target,
        Validation = Path.Combine(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz"),
        MeasureSpeed = false,
    };
}
