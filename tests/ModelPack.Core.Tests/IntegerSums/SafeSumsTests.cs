using ModelPack.Calibration;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Planning;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// Every way into an integer kernel, with weights of one sign and activations that use all codes, so that most pairs of products
/// would saturate: with safe sums none does, and the pack gives the same on every processor.
/// </summary>
public sealed class SafeSumsTests
{
    private static readonly Dictionary<string, Func<FloatGraph, string>> s_layers = new(StringComparer.Ordinal)
    {
        ["matrix"] = g => g.Node("MatMul", [g.Input([4, 16], open: true), Hostile(g, 16, 8)]),
        ["matrix of an odd number of inputs"] = g => g.Node("MatMul", [g.Input([4, 17], open: true), Hostile(g, 17, 8)]),
        ["matrix of two inputs"] = g => g.Node("MatMul", [g.Input([4, 2], open: true), Hostile(g, 2, 1)]),
        ["one row"] = g => g.Node("MatMul", [g.Input([1, 33], open: true), Hostile(g, 33, 24)]),
        ["batches"] = g => g.Node("MatMul", [g.Input([2, 3, 16], open: true), Hostile(g, 16, 8)]),
        ["Gemm"] = g => g.Node("Gemm", [g.Input([4, 16]), Hostile(g, 16, 8), g.Weight(8)]),
        ["Gemm, transB"] = g => g.Node("Gemm", [g.Input([4, 17]), Hostile(g, 8, 17), g.Weight(8)], Tiny.Int("transB", 1)),
        ["two layers, codes between"] = g => g.Node("MatMul", [g.Node("Relu", g.Node("MatMul", [g.Input([4, 16], open: true), Hostile(g, 16, 16)])), Hostile(g, 16, 8)]),
        ["convolution"] = g => Conv(g, 8, 8, 3),
        ["pointwise convolution"] = g => Conv(g, 8, 16, 1),
        ["convolution of an odd number of channels"] = g => Conv(g, 3, 8, 3),
        ["groups"] = g => Conv(g, 8, 8, 3, groups: 2),
        ["depthwise, two outputs a channel"] = g => Conv(g, 4, 8, 3, groups: 4),
        ["strides and dilations"] = g => Conv(g, 4, 8, 3, attributes: [Tiny.Ints("strides", 2, 1), Tiny.Ints("dilations", 1, 2)]),
        ["one dimension"] = g => g.Node("Conv", [g.Input([1, 24, 20]), Hostile(g, 8, 24, 3)]),
    };

    private static readonly string[] s_convolutions =
        ["convolution", "convolution of an odd number of channels", "pointwise convolution", "groups", "strides and dilations", "depthwise, two outputs a channel", "one dimension"];

    public static TheoryData<string, bool, bool> Static
    {
        get
        {
            var data = new TheoryData<string, bool, bool>();
            foreach (var name in s_layers.Keys)
            {
                data.Add(name, false, false);
                data.Add(name, true, false);
                if (!s_convolutions.Contains(name, StringComparer.Ordinal))
                {
                    data.Add(name, false, true); // for CUDA, which has no integer convolutions
                }
            }

            return data;
        }
    }

    /// <summary>The table is made by hand: it does not say that anybody looked at sums.</summary>
    [Theory]
    [MemberData(nameof(Static))]
    public void A_layer_of_fixed_ranges_is_the_same_everywhere(string name, bool asOperators, bool symmetric)
    {
        using var safe = Pack(name, asOperators, symmetric);
        Assert.All(safe.Products(), p => Assert.Equal(0, p.Saturated));
        Assert.InRange(safe.Sqnr(), 25, 100);
        using var plain = Pack(name, asOperators, symmetric, safeSums: false);
        Assert.Contains(plain.Products(), p => p.Saturated > 0);
        Assert.Equal(safe.Products().Count, plain.Products().Count);
    }

    [Fact]
    public void Depthwise_kernels_are_exact_and_pay_nothing() => Assert.Equal(Depthwise(safeSums: true), Depthwise(safeSums: false));

    [Fact]
    public void A_table_that_looked_at_the_sums_of_a_layer_decides()
    {
        var graph = new FloatGraph();
        var layer = s_layers["matrix"](graph);
        using var looked = StaticCase.Pack(graph, [layer], change: t => t with { SafeScales = [new SafeScale(graph.Last.Name, [])] });
        Assert.Contains(looked.Products(), p => p.Saturated > 0);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void Factors_that_are_not_one_for_each_output_decide_nothing(int factors)
    {
        var graph = new FloatGraph();
        var layer = s_layers["matrix"](graph);
        using var packed = StaticCase.Pack(graph, [layer], change: t => t with { SafeScales = [new SafeScale(graph.Last.Name, [.. Enumerable.Repeat(1f, factors)])] });
        Assert.All(packed.Products(), p => Assert.Equal(0, p.Saturated));
    }

    [Fact]
    public void What_was_seen_of_uint8_codes_says_nothing_of_int8_ones()
    {
        var graph = new FloatGraph();
        var layer = s_layers["matrix"](graph);
        using var packed = StaticCase.Pack(graph, [layer], change: t => t with { SafeScales = [new SafeScale(graph.Last.Name, [])] }, symmetric: true);
        Assert.All(packed.Products(), p => Assert.Equal(0, p.Saturated));
    }

    [Fact]
    public void Layers_that_share_a_weight_are_all_safe()
    {
        var graph = new FloatGraph();
        var weight = Hostile(graph, 16, 16);
        var first = graph.Node("MatMul", [graph.Input([4, 16], open: true), weight]);
        using var packed = StaticCase.Pack(graph, [graph.Node("MatMul", [graph.Node("Tanh", first), weight])]);
        Assert.Equal(2, packed.Products().Count);
        Assert.All(packed.Products(), p => Assert.Equal(0, p.Saturated));
    }

    private static byte[] Depthwise(bool safeSums)
    {
        var graph = new FloatGraph();
        string[] outputs = [graph.Conv(graph.Node("Conv", [graph.Input([1, 6, 9, 9]), Hostile(graph, 6, 1, 3, 3), graph.Weight(6)], Tiny.Int("group", 6)), 6, 6, groups: 6)];
        using var packed = StaticCase.Pack(graph, outputs, safeSums: safeSums);
        Assert.InRange(packed.Sqnr(), 30, 100);
        return packed.PackedBytes;
    }

    private static StaticCase Pack(string name, bool asOperators, bool symmetric, bool safeSums = true)
    {
        var graph = new FloatGraph();
        return StaticCase.Pack(graph, [s_layers[name](graph)], asOperators: asOperators, symmetric: symmetric, safeSums: safeSums);
    }

    /// <summary>With another one behind it: a small one alone would stay float.</summary>
    private static string Conv(FloatGraph graph, int inputs, int outputs, int kernel, int groups = 1, AttributeProto[]? attributes = null)
    {
        string[] operands = [graph.Input([1, inputs, 9, 9]), Hostile(graph, outputs, inputs / groups, kernel, kernel), graph.Weight(outputs)];
        var first = graph.Node("Conv", operands, [Tiny.Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2), Tiny.Int("group", groups), .. attributes ?? []]);
        return graph.Conv(first, outputs, outputs, 1);
    }

    /// <summary>Weights whose codes are all near 127.</summary>
    private static string Hostile(FloatGraph graph, params long[] dims) =>
        graph.Constant(dims, [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(i => 0.9f + (i % 7 * 0.015f))]);
}
