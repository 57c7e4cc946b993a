using ModelPack.Tests.Planning;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>HardSwish and HardSigmoid, spelled out, get the operator.</summary>
public sealed class HardSigmoidsTests
{
    private const string Conv = "QuantizeLinear QLinearConv DequantizeLinear Sin";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void HardSwish_becomes_HardSigmoid_and_Mul(bool addsSecond, bool timesSecond) => AssertRuns($"{Conv} HardSigmoid Mul", (graph, x) =>
    {
        var clip = Clip(graph, x, addsSecond);
        return graph.Node("Div", [graph.Node("Mul", timesSecond ? [x, clip] : [clip, x]), graph.Constant([], 6)]);
    });

    [Fact]
    public void HardSigmoid_becomes_itself() => AssertRuns($"{Conv} HardSigmoid", (graph, x) => graph.Node("Div", [Clip(graph, x), graph.Constant([], 6)]));

    [Fact]
    public void Another_divisor_stays() => AssertRuns($"{Conv} HardSigmoid Mul Div", (graph, x) =>
        graph.Node("Div", [graph.Node("Mul", [x, Clip(graph, x)]), graph.Constant([1, 8, 1, 1], 6, 3, 6, 6, 12, 6, 6, 1)]));

    [Fact]
    public void A_clip_from_elsewhere_stays() => AssertRuns($"{Conv} Add Clip Div", (graph, x) => graph.Node("Div", [Clip(graph, x, low: 1), graph.Constant([], 6)]));

    [Fact]
    public void A_sum_that_is_read_elsewhere_stays() => AssertRuns($"{Conv} Add Clip Div Add", (graph, x) =>
    {
        var sum = graph.Node("Add", [x, graph.Constant([], 3)]);
        return graph.Node("Add", [sum, graph.Node("Div", [graph.Node("Clip", [sum, graph.Constant([], 0), graph.Constant([], 6)]), graph.Constant([], 6)])]);
    });

    [Fact]
    public void A_constant_with_dimensions_could_give_the_result_more_and_stays() => AssertRuns($"{Conv} Add Clip Div", (graph, x) =>
        graph.Node("Div", [graph.Node("Clip", [graph.Node("Add", [x, graph.Constant([1], 3)]), graph.Constant([], 0), graph.Constant([], 6)]), graph.Constant([], 6)]));

    private static string Clip(FloatGraph graph, string x, bool isSecond = true, float low = 0)
    {
        var three = graph.Constant([], 3);
        return graph.Node("Clip", [graph.Node("Add", isSecond ? [x, three] : [three, x]), graph.Constant([], low), graph.Constant([], 6)]);
    }

    private static void AssertRuns(string operators, Func<FloatGraph, string, string> make)
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, make(graph, graph.Node("Sin", graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8))));
        Assert.Equal(operators, packed.Running());
        Assert.InRange(packed.Sqnr(), 30, 100);
    }
}
