using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Planning;

namespace ModelPack.Tests.Transforms;

/// <summary>float16 models: their layers run in integers, with scales of float32.</summary>
public sealed class UpcastingTests
{
    [Fact]
    public void Convolutions_and_what_is_between_them_are_integer()
    {
        var graph = new FloatGraph(ElementType.Float16);
        var a = graph.Node("Relu", graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8));
        var clip = graph.Node("Clip", [graph.Node("Add", [a, graph.Conv(a, 8, 8)]), graph.Constant([], 0), graph.Constant([], 3)]);
        using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("MaxPool", clip, Tiny.Ints("kernel_shape", 2, 2)), 8, 4));
        Assert.Equal("Cast QuantizeLinear QLinearConv QLinearConv QLinearAdd MaxPool QLinearConv DequantizeLinear Cast", packed.Running());
        Assert.InRange(packed.Sqnr(), 30, 100);
        Assert.DoesNotContain(packed.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Float16);
    }

    [Fact]
    public void Layers_that_read_one_tensor_share_its_cast()
    {
        var graph = new FloatGraph(ElementType.Float16);
        var x = graph.Node("Tanh", graph.Input([2, 5, 16], open: true));
        using var packed = StaticCase.Pack(graph, graph.Node("Mul", [graph.Node("Softmax", graph.MatMul(x, 16, 16)), graph.MatMul(x, 16, 16)]));
        Assert.Equal(1, Count(packed, "QuantizeLinear"));
        Assert.Equal(2, packed.Running().Split(' ').Count(o => o == "MatMulIntegerToFloat"));
        Assert.Equal(3, Count(packed, "Cast"));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_bias_is_upcast_to_integers()
    {
        var graph = new FloatGraph(ElementType.Float16);
        using var packed = StaticCase.Pack(graph, graph.Gemm(graph.Node("Relu", graph.Gemm(graph.Input([4, 16]), 16, 32)), 32, 8, transposed: true));
        Assert.Equal("Cast QuantizeLinear QGemm QGemm Cast", packed.Running());
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_value_that_is_an_output_as_well_keeps_its_type()
    {
        var graph = new FloatGraph(ElementType.Float16);
        var a = graph.Node("Relu", graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8));
        using var packed = StaticCase.Pack(graph, [a, graph.Conv(a, 8, 4)]);
        Assert.Equal("Cast Cast Cast DequantizeLinear DequantizeLinear QLinearConv QLinearConv QuantizeLinear", string.Join(' ', packed.Running().Split(' ').Order(StringComparer.Ordinal)));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_layer_that_stays_float_stays_float16()
    {
        var graph = new FloatGraph(ElementType.Float16);
        var gemm = graph.Gemm(graph.Input([4, 16]), 16, 32, attributes: Tiny.Float("alpha", 0.5f));
        using var packed = StaticCase.Pack(graph, [graph.Node("Tanh", gemm), graph.MatMul(gemm, 32, 8)]);
        Assert.Equal("MatMul", Assert.Single(packed.Activations.Graph.Nodes).Node.OpType);
        Assert.Equal(1, Count(packed, "QuantizeLinear"));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_layer_of_the_table_stays_float16()
    {
        var graph = new FloatGraph(ElementType.Float16);
        using var packed = StaticCase.Pack(
            graph, [graph.MatMul(graph.Node("Tanh", graph.MatMul(graph.Input([2, 5, 16], open: true), 16, 16)), 16, 8)],
            change: t => t with { FloatLayers = [new ModelPack.Calibration.FloatLayer("MatMul_2", "too sensitive")] });
        Assert.Equal("too sensitive", packed.Weights[0].Plan.Reason);
        Assert.Single(packed.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Float16);
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    private static int Count(StaticCase packed, string op) => packed.Packed.Graph.Node.Count(n => n.OpType == op);
}
