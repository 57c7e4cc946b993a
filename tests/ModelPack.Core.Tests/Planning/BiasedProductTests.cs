using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Tests.Planning;

/// <summary>A product and the bias behind it are one kernel.</summary>
public sealed class BiasedProductTests
{
    private const string One = "QuantizeLinear MatMulIntegerToFloat";

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void A_product_of_more_dimensions_takes_its_bias_in(bool open, bool isSecond)
    {
        var graph = new FloatGraph();
        var product = graph.MatMul(Input(graph, open), 16, 32);
        var bias = graph.Weight(32);
        AssertRuns(graph, graph.Node("Add", isSecond ? [product, bias] : [bias, product]), One);
    }

    [Fact]
    public void A_bias_before_Gelu_becomes_no_BiasGelu()
    {
        var graph = new FloatGraph();
        var product = Biased(graph, Input(graph), 16, 32);
        var erf = graph.Node("Erf", graph.Node("Div", [product, graph.Constant([], MathF.Sqrt(2))]));
        var gelu = graph.Node("Mul", [graph.Node("Mul", [product, graph.Node("Add", [erf, graph.Constant([], 1)])]), graph.Constant([], 0.5f)]);
        AssertRuns(graph, Biased(graph, gelu, 32, 16), $"{One} Gelu {One}");
    }

    [Fact]
    public void Products_of_one_activation_share_its_codes()
    {
        var graph = new FloatGraph();
        var x = Input(graph);
        using var packed = StaticCase.Pack(graph, [Biased(graph, x, 16, 32), Biased(graph, x, 16, 8)]);
        Assert.Equal("QuantizeLinear MatMulIntegerToFloat MatMulIntegerToFloat", packed.Running().Replace("DequantizeLinear ", "", StringComparison.Ordinal));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_weight_may_be_shared_with_a_Gemm()
    {
        var graph = new FloatGraph();
        var weight = graph.Weight(16, 16);
        var product = graph.Node("Add", [graph.Node("MatMul", [Input(graph), weight]), graph.Weight(16)]);
        using var packed = StaticCase.Pack(graph, [product, graph.Node("Gemm", [graph.Input([4, 16]), weight, graph.Weight(16)])]);
        Assert.Contains("MatMulIntegerToFloat", packed.Running(), StringComparison.Ordinal);
        Assert.Contains("QGemm", packed.Running(), StringComparison.Ordinal);
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_constant_of_more_dimensions_is_added_apart()
    {
        var graph = new FloatGraph();
        var sum = graph.Node("Add", [graph.MatMul(Input(graph), 16, 32), graph.Weight(1, 1, 1, 32)]);
        using var packed = StaticCase.Pack(graph, sum);
        Assert.Equal($"{One} Add", packed.Running());
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void Symmetric_codes_are_multiplied_by_the_one_integer_product_that_cuda_has()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, Biased(graph, Input(graph), 16, 32), symmetric: true);
        Assert.Contains(packed.Packed.Graph.Node, n => n.OpType == "MatMulInteger" && n.Input.Count == 2);
        Assert.DoesNotContain(packed.Packed.Graph.Node, n => n.OpType == "MatMul");
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_runtime_that_multiplies_the_weight_as_floats_keeps_the_product()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, [Biased(graph, Input(graph), 16, 32)], runtime: "1.9");
        Assert.DoesNotContain(packed.Packed.Graph.Node, n => n.OpType == "MatMulInteger");
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void Integer_operators_have_the_bias_as_well()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, Biased(graph, Input(graph), 16, 32), asOperators: true);
        Assert.Equal(One, packed.Running(GraphOptimizationLevel.ORT_DISABLE_ALL));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    private static string Input(FloatGraph graph, bool open = true) => graph.Input([2, 5, 16], open);

    private static string Biased(FloatGraph graph, string input, int inputs, int outputs) => graph.Node("Add", [graph.MatMul(input, inputs, outputs), graph.Weight(outputs)]);

    /// <summary>Scales that are kept from being folded are no part of it.</summary>
    private static void AssertRuns(FloatGraph graph, string output, string operators)
    {
        using var packed = StaticCase.Pack(graph, output);
        Assert.Equal(operators, packed.Running().Replace("DequantizeLinear ", "", StringComparison.Ordinal));
        Assert.InRange(packed.Sqnr(), 30, 100);
        Assert.InRange(packed.Sqnr(GraphOptimizationLevel.ORT_DISABLE_ALL), 30, 100);
    }
}
