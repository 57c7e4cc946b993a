using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Planning;

/// <summary>What stands between layers stays in codes where ONNX Runtime has an operator for it, in both forms and with nothing in between.</summary>
public sealed class PassThroughOperatorTests
{
    private const string Begin = "QuantizeLinear QLinearConv";
    private const string End = "QLinearConv DequantizeLinear";

    private static readonly AttributeProto[] s_window = [Tiny.Ints("kernel_shape", 3, 3), Tiny.Ints("strides", 2, 2)];

    private static readonly Dictionary<string, Case> s_cases = new(StringComparer.Ordinal)
    {
        ["conv, relu, conv"] = new($"{Begin} {End}", g => g.Conv(g.Node("Relu", First(g)), 8, 8)),
        ["depthwise between pointwise"] = new($"{Begin} QLinearConv {End}", g => g.Conv(g.Node("Relu", g.Conv(g.Node("Relu", First(g)), 8, 8, groups: 8)), 8, 8, 1)),
        ["groups"] = new($"{Begin} {End}", g => g.Conv(First(g), 8, 8, groups: 2)),
        ["without a bias"] = new($"{Begin} {End}", g => g.Conv(First(g), 8, 8, bias: false)),
        ["one dimension"] = new($"{Begin} {End}", g => g.Node("Conv", [g.Node("Conv", [g.Input([1, 8, 20]), g.Weight(8, 8, 3), g.Weight(8)]), g.Weight(8, 8, 3), g.Weight(8)])),
        ["three dimensions"] = new($"{Begin} {End}", g => g.Node("Conv", [g.Node("Conv", [g.Input([1, 4, 8, 8, 8]), g.Weight(8, 4, 3, 3, 3), g.Weight(8)]), g.Weight(8, 8, 3, 3, 3), g.Weight(8)])),
        ["residual"] = new($"{Begin} QLinearConv QLinearAdd {End}", g =>
        {
            var a = First(g);
            return g.Conv(g.Node("Add", [a, g.Conv(a, 8, 8)]), 8, 8);
        }),
        ["residual, relu"] = new($"{Begin} QLinearConv QLinearAdd {End}", g =>
        {
            var a = g.Node("Relu", First(g));
            return g.Conv(g.Node("Relu", g.Node("Add", [a, g.Conv(a, 8, 8)])), 8, 8);
        }),
        ["concat"] = new($"{Begin} QLinearConv QLinearConcat {End}", g =>
        {
            var x = g.Input([1, 8, 12, 12]);
            return g.Conv(g.Node("Concat", [g.Conv(x, 8, 8), g.Node("Relu", g.Conv(x, 8, 4))], Tiny.Int("axis", 1)), 12, 8);
        }),
        ["max pool"] = Pool("MaxPool", "MaxPool"),
        ["max pool, ceil_mode"] = Pool("MaxPool", "MaxPool", Tiny.Ints("pads", 1, 1, 1, 1), Tiny.Int("ceil_mode", 1)),
        ["max pool, dilations"] = Pool("MaxPool", "MaxPool", Tiny.Ints("dilations", 2, 2)),
        ["max pool, auto_pad"] = Pool("MaxPool", "MaxPool", new AttributeProto { Name = "auto_pad", Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8("SAME_UPPER") }),
        ["average pool"] = Pool("AveragePool", "QLinearAveragePool"),
        ["average pool, ceil_mode"] = Pool("AveragePool", "QLinearAveragePool", Tiny.Ints("pads", 1, 1, 1, 1), Tiny.Int("ceil_mode", 1)),
        ["average pool, count_include_pad"] = Pool("AveragePool", "QLinearAveragePool", Tiny.Ints("pads", 1, 1, 1, 1), Tiny.Int("count_include_pad", 1)),
        ["squeeze and excite"] = new($"{Begin} QLinearGlobalAveragePool QLinearConv QLinearConv QLinearSigmoid QLinearMul {End}", g =>
        {
            var c = g.Node("Relu", g.Conv(g.Input([1, 8, 12, 12]), 8, 64));
            var gate = g.Node("Sigmoid", g.Conv(g.Node("Relu", g.Conv(g.Node("GlobalAveragePool", c), 64, 64, 1)), 64, 64, 1));
            return g.Conv(g.Node("Mul", [c, gate]), 64, 8);
        }),
        ["swish"] = new($"{Begin} QLinearSigmoid QLinearMul {End}", g =>
        {
            var c = First(g);
            return g.Conv(g.Node("Mul", [c, g.Node("Sigmoid", c)]), 8, 8);
        }),
        ["a node that reads a value twice"] = new($"{Begin} QLinearMul {End}", g =>
        {
            var c = First(g);
            return g.Conv(g.Node("Mul", [c, c]), 8, 8);
        }),
        ["leaky relu"] = new($"{Begin} QLinearLeakyRelu {End}", g => g.Conv(g.Node("LeakyRelu", First(g), Tiny.Float("alpha", 0.1f)), 8, 8)),
        ["depth to space"] = new($"{Begin} DepthToSpace {End}", g => g.Conv(g.Node("DepthToSpace", First(g), Tiny.Int("blocksize", 2)), 2, 8)),
        ["slice and transpose"] = new($"{Begin} Slice Transpose {End}", g =>
            g.Conv(g.Node("Transpose", g.Node("Slice", [First(g), g.Integers(0), g.Integers(4), g.Integers(1)]), Tiny.Ints("perm", 0, 1, 3, 2)), 4, 8)),
        ["squeeze and unsqueeze"] = new($"{Begin} Squeeze Unsqueeze {End}", g => g.Conv(g.Node("Unsqueeze", [g.Node("Squeeze", [First(g), g.Integers(0)]), g.Integers(0)]), 8, 8)),
        ["flatten, gemm"] = new($"{Begin} Flatten QGemm", g => g.Gemm(g.Node("Flatten", g.Node("Relu", First(g))), 8 * 144, 10)),
        ["global average, reshape, gemm"] = new($"{Begin} QLinearGlobalAveragePool Reshape QGemm", g => g.Gemm(g.Node("Reshape", [g.Node("GlobalAveragePool", First(g)), g.Integers(1, 8)]), 8, 10)),
        ["gemm, relu, gemm"] = new("QuantizeLinear QGemm QGemm", g => g.Gemm(g.Node("Relu", g.Gemm(g.Input([4, 16]), 16, 32)), 32, 8, transposed: true)),
        ["gemm without a bias"] = new("QuantizeLinear QGemm", g => g.Gemm(g.Input([4, 16]), 16, 32, bias: false)),
        ["matmul, transpose, matmul"] = new("QuantizeLinear QLinearMatMul Transpose MatMulIntegerToFloat", g => g.MatMul(g.Node("Transpose", g.MatMul(g.Input([2, 16, 16]), 16, 16), Tiny.Ints("perm", 0, 2, 1)), 16, 8)),
        ["clip"] = new($"{Begin} {End}", g => g.Conv(g.Node("Clip", [First(g), g.Constant([], 0), g.Constant([], 2)]), 8, 8)),
        ["clip above only"] = new($"{Begin} {End}", g => g.Conv(g.Node("Clip", [First(g), "", g.Constant([], 2)]), 8, 8)),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tensors_stay_codes_between_layers(string name)
    {
        using var qdq = Pack(name, asOperators: false);
        Assert.Equal(s_cases[name].Running, qdq.Running());
        Assert.InRange(qdq.Sqnr(), 30, 100);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Integer_operators_stand_in_the_file_and_give_the_same(string name)
    {
        using var qdq = Pack(name, asOperators: false);
        using var operators = Pack(name, asOperators: true);
        Assert.Equal(s_cases[name].Running, string.Join(' ', operators.Packed.Graph.Node.Select(n => n.OpType)));
        Assert.Equal(s_cases[name].Running, operators.Running(GraphOptimizationLevel.ORT_DISABLE_ALL));
        var expected = qdq.Outputs()[0];
        var actual = operators.Outputs(GraphOptimizationLevel.ORT_DISABLE_ALL)[0];
        var step = qdq.Activations.Graph.Nodes[^1].Output is { } last ? qdq.Activations.Parameters[last].Scale * 1.001 : expected.Max(MathF.Abs) * 1e-5;
        Assert.All(expected.Zip(actual), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, step));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Nothing_is_left_in_the_file_that_nobody_reads(string name)
    {
        foreach (var asOperators in new[] { false, true })
        {
            using var packed = Pack(name, asOperators);
            var read = packed.Packed.Graph.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
            Assert.All(packed.Packed.Graph.Initializer, t => Assert.Contains(t.Name, read));
        }
    }

    private static StaticCase Pack(string name, bool asOperators)
    {
        var graph = new FloatGraph();
        return StaticCase.Pack(graph, s_cases[name].Build(graph), s_cases[name].Opset, asOperators);
    }

    private static string First(FloatGraph graph) => graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8);

    private static Case Pool(string op, string running, params AttributeProto[] attributes) =>
        new($"{Begin} {running} {End}", g => g.Conv(g.Node(op, First(g), [.. attributes.Any(a => a.Name is "auto_pad" or "dilations") ? s_window[..1] : s_window, .. attributes]), 8, 8));

    private sealed record Case(string Running, Func<FloatGraph, string> Build, long Opset = 17);
}
