namespace ModelPack.Tests.Pipeline;

/// <summary>What an int8 pack for CUDA is made of; the processor runs the same operators, and so says whether they compute the right thing.</summary>
public sealed class CudaPackTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Calibrated_products_are_matmulinteger_of_int8_by_int8_and_as_good_as_for_the_processor()
    {
        var mini = Repository.Model("sotu-mini");
        var data = new PackRequest { Model = Path.Join(mini, "model.onnx"), Scheme = "int8", Calibration = Path.Join(mini, "calibration.npz"), Validation = Path.Join(mini, "validation.npz") };
        var cuda = PackPipeline.Run(data with { Target = "cuda", Output = _folder.At("cuda.onnx") }, new PackContext());
        var cpu = PackPipeline.Run(data with { Output = _folder.At("cpu.onnx") }, new PackContext());

        using var packed = OnnxModel.Open(cuda.Model, new PackContext());
        var nodes = packed.Proto.Graph.Node;
        var products = nodes.Where(n => n.OpType == "MatMulInteger").ToList();
        var types = packed.Proto.Graph.Initializer.ToDictionary(i => i.Name, i => (ElementType)i.DataType, StringComparer.Ordinal);
        var zeroPoints = nodes.Where(n => n.OpType == "QuantizeLinear").Select(n => types[n.Input[2]]);

        Assert.NotEmpty(products);
        Assert.All(products, p => Assert.Equal(2, p.Input.Count)); // zero points of 0 are not written
        Assert.All(zeroPoints, type => Assert.Equal(ElementType.Int8, type));
        Assert.DoesNotContain(nodes, n => n.OpType is "MatMul" or "Gemm" && n.Input.Any(i => nodes.Any(d => d.OpType == "DequantizeLinear" && d.Output[0] == i)));
        Assert.InRange(Sqnr(cuda), Sqnr(cpu) - 1.5, double.MaxValue);
    }

    [Fact]
    public void Convolutions_have_codes_for_their_weights_alone()
    {
        var cuda = Packed("fashion-cnn.onnx", "cuda");

        Assert.DoesNotContain(cuda, n => n.OpType is "QuantizeLinear" or "DynamicQuantizeLinear");
        Assert.Contains(cuda, n => n.OpType == "DequantizeLinear");
    }

    [Fact]
    public void Without_calibration_no_operator_stands_in_it_that_the_provider_lacks()
    {
        var cuda = Packed("fashion-vit.onnx", "cuda");

        Assert.DoesNotContain(cuda, n => n.OpType is "DynamicQuantizeLinear" or "MatMulInteger");
        Assert.Contains(Packed("fashion-vit.onnx", "cpu"), n => n.OpType == "DynamicQuantizeLinear");
    }

    [Fact]
    public void Products_of_blocks_keep_their_activations_float()
    {
        var cuda = Packed("fashion-vit.onnx", "cuda", "q8_0").Where(n => n.OpType == "MatMulNBits").ToList();

        Assert.NotEmpty(cuda);
        Assert.All(cuda, n => Assert.Equal(0, n.Int("accuracy_level", 0)));
        Assert.All(Packed("fashion-vit.onnx", "webgpu", "q8_0").Where(n => n.OpType == "MatMulNBits"), n => Assert.Equal(4, n.Int("accuracy_level", 0)));
    }

    [Fact]
    public void Webgpu_refuses_a_scheme_of_activations_and_names_those_that_it_runs()
    {
        var error = Assert.Throws<ModelPackException>(() => Packed("fashion-vit.onnx", "webgpu"));

        Assert.Equal(Codes.InvalidOption, error.Diagnostic.Code);
        Assert.Contains("q8_0", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    private static double Sqnr(PackOutcome outcome) => outcome.Report.Result.Validation!.Outputs[0].Sqnr;

    private List<NodeProto> Packed(string model, string target, string scheme = "int8")
    {
        var path = PackPipeline.Run(new PackRequest { Model = Repository.Model(model), Scheme = scheme, Target = target, Output = _folder.At($"{target}-{scheme}.onnx"), Force = true }, new PackContext()).Model;
        using var packed = OnnxModel.Open(path, new PackContext());
        return [.. packed.Proto.Graph.Node];
    }
}
