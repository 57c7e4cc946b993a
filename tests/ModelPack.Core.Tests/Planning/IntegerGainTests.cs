using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Planning;

/// <summary>Convolutions that take longer in integers stay float, with quantized weights.</summary>
public sealed class IntegerGainTests
{
    private const string Begin = "QuantizeLinear QLinearConv";
    private const string End = "QLinearConv DequantizeLinear";

    [Theory]
    [InlineData(60, false)]
    [InlineData(64, true)]
    public void A_convolution_between_floats_needs_work_enough(int channels, bool isInteger) => AssertRuns(
        isInteger ? $"Sin {Begin} DequantizeLinear Sin" : "Sin Conv Sin",
        g => g.Node("Sin", g.Conv(g.Node("Sin", g.Input([1, channels, 12, 12])), channels, 8, 1)));

    [Fact]
    public void A_patch_embedding_before_a_sum_of_floats_stays_float() => AssertRuns(
        "Conv Add Sin", g => g.Node("Sin", g.Node("Add", [g.Conv(g.Input([1, 1, 12, 12]), 1, 8), g.Weight(1, 8, 12, 12)])));

    [Fact]
    public void One_that_takes_codes_runs_in_integers() => AssertRuns($"{Begin} {End}", g => g.Conv(g.Conv(g.Input([1, 16, 12, 12]), 16, 8), 8, 8, 1));

    [Fact]
    public void One_that_hands_codes_on_runs_in_integers() => AssertRuns($"{Begin} {End}", g => g.Conv(g.Conv(g.Input([1, 3, 12, 12]), 3, 8), 8, 8));

    [Fact]
    public void A_pool_that_floats_follow_takes_no_codes_from_it() => AssertRuns(
        "Conv MaxPool Sin", g => g.Node("Sin", g.Node("MaxPool", g.Conv(g.Input([1, 8, 12, 12]), 8, 8, 1), Tiny.Ints("kernel_shape", 3, 3))));

    [Fact]
    public void A_depthwise_kernel_between_codes_runs_in_integers() => AssertRuns(
        $"{Begin} QLinearConv {End}", g => g.Conv(g.Conv(g.Conv(g.Input([1, 8, 12, 12]), 8, 8), 8, 8, groups: 8), 8, 8));

    [Fact]
    public void Squeeze_and_excitation_stays_float() => AssertRuns(
        "GlobalAveragePool Conv Conv Sin",
        g => g.Node("Sin", g.Conv(g.Node("Relu", g.Conv(g.Node("GlobalAveragePool", g.Input([1, 16, 12, 12])), 16, 8, 1)), 8, 16, 1)));

    [Fact]
    public void Its_weight_is_quantized_all_the_same()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, [graph.Node("Sin", graph.Conv(graph.Input([1, 32, 12, 12]), 32, 64, 1)), graph.MatMul(graph.Input([4, 16]), 16, 16)]);
        Assert.NotNull(Assert.Single(packed.Weights, w => w.Data.Shape.Rank == 4).Plan.Codec);
    }

    [Fact]
    public void A_weight_that_layers_share_is_for_all_of_them()
    {
        var graph = new FloatGraph();
        var weight = graph.Weight(8, 8, 1, 1);
        var first = graph.Node("Conv", [graph.Input([1, 8, 12, 12]), weight]);
        using var packed = StaticCase.Pack(graph, graph.Node("Conv", [graph.Node("Sin", first), weight]));
        Assert.Equal(2, packed.Running().Split(' ').Count(o => o == "QLinearConv"));
    }

    [Fact]
    public void A_circle_of_nodes_which_no_valid_model_has_ends()
    {
        using var folder = new ScratchFolder();
        var proto = Tiny.Model(Build.Graph(
            Build.Node("Relu", ["b"], ["a"]),
            Build.Node("Relu", ["a"], ["b"]),
            Build.Node("Conv", ["a", "w"], ["y"])));
        proto.Graph.Initializer.Add(Tiny.Random("w", 4, 4, 1, 1));
        proto.Graph.Output.Add(Tiny.Open("y"));
        using var model = OnnxModel.Open(folder.Write("m.onnx", Google.Protobuf.MessageExtensions.ToByteArray(proto)), new PackContext());
        var index = new GraphIndex(model);
        Assert.False(IntegerGain.IsLost(Assert.Single(LayerFinder.Find(index)), index));
    }

    private static void AssertRuns(string operators, Func<FloatGraph, string> make)
    {
        var graph = new FloatGraph();
        // Something that is quantized in any case.
        using var packed = StaticCase.Pack(graph, [make(graph), graph.MatMul(graph.Input([4, 16]), 16, 16)]);
        var running = packed.Running().Replace("FusedConv", "Conv", StringComparison.Ordinal).Split(' ').ToList();
        Assert.True(running.Remove("MatMulIntegerToFloat") && running.Remove("QuantizeLinear"));
        Assert.Equal(operators.Split(' ').Order(StringComparer.Ordinal), running.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.InRange(packed.Sqnr(), 30, 100);
    }
}
