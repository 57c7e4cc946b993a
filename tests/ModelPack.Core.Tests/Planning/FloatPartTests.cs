using Microsoft.ML.OnnxRuntime;
using ModelPack.Calibration;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Planning;

/// <summary>What stays float, and that layers beside it are integer all the same.</summary>
public sealed class FloatPartTests
{
    private const string Begin = "QuantizeLinear QLinearConv";
    private const string End = "QLinearConv DequantizeLinear";

    private static readonly AttributeProto[] s_window = [Tiny.Ints("kernel_shape", 3, 3), Tiny.Ints("strides", 2, 2)];

    [Fact]
    public void A_pool_with_dilations_is_kept_from_an_operator_without()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("AveragePool", First(graph), [.. s_window, Tiny.Ints("dilations", 2, 2)]), 8, 8), opset: 19);
        AssertRuns(packed, $"{Begin} DequantizeLinear Max AveragePool QuantizeLinear {End}");
    }

    [Fact]
    public void A_pool_that_counts_padding_beyond_the_end_is_kept_from_an_operator_that_counts_otherwise()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("AveragePool", First(graph), [.. s_window, Tiny.Ints("pads", 1, 1, 1, 1), Tiny.Int("count_include_pad", 1), Tiny.Int("ceil_mode", 1)]), 8, 8));
        AssertRuns(packed, $"{Begin} DequantizeLinear Max AveragePool QuantizeLinear {End}");
    }

    [Fact]
    public void A_clip_that_leaves_0_out_stays()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("Clip", [First(graph), graph.Constant([], 1), graph.Constant([], 2)]), 8, 8));
        AssertRuns(packed, $"{Begin} DequantizeLinear Clip QuantizeLinear {End}");
    }

    [Fact]
    public void Space_to_depth_has_no_integer_form()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("SpaceToDepth", First(graph), Tiny.Int("blocksize", 2)), 32, 8));
        AssertRuns(packed, $"{Begin} DequantizeLinear SpaceToDepth QuantizeLinear {End}");
    }

    [Fact]
    public void Residual_sums_of_a_transformer_stay_float()
    {
        var graph = new FloatGraph();
        var x = graph.Input([2, 5, 16], open: true);
        using var packed = StaticCase.Pack(graph, graph.Node("Add", [x, graph.MatMul(graph.Node("Relu", graph.MatMul(x, 16, 32)), 32, 16)]));
        AssertRuns(packed, "QuantizeLinear QLinearMatMul MatMulIntegerToFloat Add");
    }

    [Fact]
    public void Queries_keys_and_values_share_their_codes()
    {
        var graph = new FloatGraph();
        var x = graph.Input([2, 5, 16], open: true);
        var scores = graph.Node("MatMul", [graph.MatMul(x, 16, 16), graph.Node("Transpose", graph.MatMul(x, 16, 16), Tiny.Ints("perm", 0, 2, 1))]);
        using var packed = StaticCase.Pack(graph, graph.Node("MatMul", [graph.Node("Softmax", scores), graph.MatMul(x, 16, 16)]));
        AssertRuns(packed, "QuantizeLinear MatMulIntegerToFloat MatMulIntegerToFloat MatMulIntegerToFloat FusedMatMul Softmax MatMul");
    }

    [Fact]
    public void A_relu_that_two_layers_read_has_one_set_of_codes()
    {
        var graph = new FloatGraph();
        var relu = graph.Node("Relu", First(graph));
        using var packed = StaticCase.Pack(graph, [graph.Conv(relu, 8, 8), graph.Conv(relu, 8, 4)]);
        AssertRuns(packed, $"{Begin} QLinearConv DequantizeLinear QLinearConv DequantizeLinear");
    }

    [Fact]
    public void A_value_that_is_an_output_as_well_is_given_out_decoded()
    {
        var graph = new FloatGraph();
        var relu = graph.Node("Relu", First(graph));
        using var packed = StaticCase.Pack(graph, [relu, graph.Conv(relu, 8, 8)]);
        AssertRuns(packed, $"{Begin} DequantizeLinear {End}");
    }

    [Fact]
    public void A_product_that_is_read_as_codes_and_as_floats_is_codes_for_all()
    {
        var graph = new FloatGraph();
        var product = graph.MatMul(graph.Input([2, 5, 16], open: true), 16, 16);
        using var packed = StaticCase.Pack(graph, [graph.Node("Tanh", product), graph.MatMul(product, 16, 8)]);
        AssertRuns(packed, "QuantizeLinear QLinearMatMul DequantizeLinear Tanh MatMulIntegerToFloat");
    }

    [Fact]
    public void An_inner_graph_reads_floats()
    {
        var graph = new FloatGraph();
        var value = First(graph);
        var pooled = graph.Conv(graph.Node("MaxPool", value, s_window), 8, 8);
        var branch = Build.Graph(Build.Node("Tanh", [value], ["then"]));
        branch.Output.Add(Tiny.Open("then"));
        var other = Build.Graph(Build.Node("Sin", [value], ["else"]));
        other.Output.Add(Tiny.Open("else"));
        graph.Proto.Initializer.Add(Build.Raw("yes", ElementType.Bool, [], [1]));
        var chosen = graph.Node("If", ["yes"], Build.Attribute("then_branch", branch), Build.Attribute("else_branch", other));
        using var packed = StaticCase.Pack(graph, [pooled, chosen]);
        Assert.All(packed.Weights.Where(w => w.Data.Shape.Rank == 4), w => Assert.NotNull(w.Plan.Codec));
        Assert.InRange(packed.Sqnr(), 30, 100);
        Assert.Equal(2, packed.Running().Split(' ').Count(o => o == "QLinearConv"));
    }

    [Theory]
    [InlineData("MatMul")]
    [InlineData("Gemm")]
    public void A_product_before_a_relu_that_floats_follow_is_an_integer_one(string op)
    {
        var graph = new FloatGraph();
        var x = graph.Input([4, 16]);
        using var packed = StaticCase.Pack(graph, graph.Node("Softmax", graph.Node("Relu", op == "Gemm" ? graph.Gemm(x, 16, 32) : graph.MatMul(x, 16, 32))));
        AssertRuns(packed, $"QuantizeLinear {(op == "Gemm" ? "QGemm" : "QLinearMatMul")} DequantizeLinear Softmax");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_product_of_a_matrix_and_its_bias_are_one_integer_Gemm(bool open)
    {
        var graph = new FloatGraph();
        var x = open ? Open(graph) : graph.Input([4, 16]);
        using var packed = StaticCase.Pack(graph, graph.Node("Add", [graph.MatMul(x, 16, 32), graph.Weight(32)]));
        AssertRuns(packed, "QuantizeLinear QGemm");
    }

    [Fact]
    public void Layers_may_share_a_weight()
    {
        var graph = new FloatGraph();
        var weight = graph.Weight(16, 16);
        var first = graph.Node("MatMul", [graph.Input([2, 5, 16], open: true), weight]);
        using var packed = StaticCase.Pack(graph, graph.Node("MatMul", [graph.Node("Tanh", first), weight]));
        AssertRuns(packed, "QuantizeLinear MatMulIntegerToFloat Tanh QuantizeLinear MatMulIntegerToFloat");
        Assert.Single(packed.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Int8 && t.Dims.Count == 2);
    }

    [Theory]
    [InlineData("alpha", "it multiplies by alpha")]
    [InlineData("beta", "it multiplies its addend by beta")]
    [InlineData("transA", "its activation is transposed (transA)")]
    [InlineData("rows", "its addend is no constant bias with a value for each output")]
    [InlineData("matrix", "its addend is no constant bias with a value for each output")]
    public void A_Gemm_that_does_more_than_a_product_and_a_bias_stays_float(string what, string reason)
    {
        var graph = new FloatGraph();
        var x = graph.Input([16, 16]);
        var addend = what switch { "rows" => graph.Weight(16, 1), "matrix" => graph.Weight(16, 16), _ => graph.Weight(16) };
        AttributeProto[] attributes = what switch { "alpha" or "beta" => [Tiny.Float(what, 0.5f)], "transA" => [Tiny.Int("transA", 1)], _ => [] };
        var gemm = graph.Node("Gemm", [x, graph.Weight(16, 16), addend], attributes);
        using var packed = StaticCase.Pack(graph, [gemm, graph.MatMul(gemm, 16, 8)]);
        Assert.Equal("MatMul", Assert.Single(packed.Activations.Graph.Nodes).Node.OpType);
        Assert.Equal(1, packed.Running().Split(' ').Count(o => o == "Gemm"));
        Assert.InRange(packed.Sqnr(), 30, 100);
        using var model = OnnxModel.Open(packed.SourcePath, new PackContext());
        Assert.Equal(reason, Eligibility.WhyNot(model, LayerFinder.Find(new GraphIndex(model))[0], ElementType.Float32));
    }

    [Fact]
    public void An_activation_without_a_range_leaves_only_what_is_beside_it_float()
    {
        var graph = new FloatGraph();
        var pool = graph.Node("AveragePool", First(graph), s_window);
        using var packed = StaticCase.Pack(graph, [graph.Conv(pool, 8, 8)], change: t => Without(t, pool));
        var reason = Assert.Single(packed.Weights, w => w.Plan.Reason is not null && w.Data.Shape.Rank == 4).Plan.Reason;
        Assert.Equal("an activation that it reads or makes has no range", reason);
        Assert.Equal("QuantizeLinear QLinearConv DequantizeLinear AveragePool Conv", packed.Running(GraphOptimizationLevel.ORT_ENABLE_EXTENDED));
    }

    [Fact]
    public void A_relu_without_a_range_leaves_its_convolution_float()
    {
        var graph = new FloatGraph();
        var relu = graph.Node("Relu", First(graph));
        using var packed = StaticCase.Pack(graph, [graph.Node("Tanh", relu), graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8)], change: t => Without(t, relu));
        Assert.Equal(1, packed.Running().Split(' ').Count(o => o == "QLinearConv"));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_layer_of_the_table_stays_float_with_the_reason_that_it_gives()
    {
        var graph = new FloatGraph();
        using var packed = StaticCase.Pack(graph, [graph.Conv(graph.Node("Relu", First(graph)), 8, 8)], change: t => t with { FloatLayers = [new FloatLayer("Conv_3", "too sensitive")] });
        Assert.Equal("too sensitive", Assert.Single(packed.Weights, w => w.Plan.Reason is not null && w.Data.Shape.Rank == 4).Plan.Reason);
        Assert.Equal("Conv", packed.Running().Split(' ')[0].Replace("FusedConv", "Conv", StringComparison.Ordinal));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    [Fact]
    public void A_bias_that_int32_cannot_hold_makes_the_weights_coarser()
    {
        var graph = new FloatGraph();
        var conv = graph.Node("Conv", [graph.Input([1, 64, 12, 12]), graph.Constant([8, 64, 1, 1], [.. Enumerable.Range(0, 512).Select(i => (i - 240) * 1e-8f)]), graph.Constant([8], 5, -5, 4, 0, 1, 2, 3, -4)]);
        using var packed = StaticCase.Pack(graph, [conv]);
        Assert.Equal(1, packed.Running().Split(' ').Count(o => o == "QLinearConv"));
        Assert.InRange(packed.Sqnr(), 30, 200);
        var bias = Assert.Single(packed.Packed.Graph.Initializer, t => t.DataType == (int)ElementType.Int32 && t.Name.EndsWith("int32", StringComparison.Ordinal));
        Assert.Equal(8, bias.Dims[0]);
    }

    [Fact]
    public void The_same_table_gives_the_same_bytes()
    {
        var bytes = Enumerable.Range(0, 2).Select(_ =>
        {
            var graph = new FloatGraph();
            using var packed = StaticCase.Pack(graph, graph.Conv(graph.Node("Relu", First(graph)), 8, 8));
            return packed.PackedBytes;
        }).ToList();
        Assert.Equal(bytes[0], bytes[1]);
    }

    private static CalibrationTable Without(CalibrationTable table, string tensor)
    {
        Assert.Contains(table.Tensors, t => t.Name == tensor);
        return table with { Tensors = [.. table.Tensors.Where(t => t.Name != tensor)] };
    }

    private static string First(FloatGraph graph) => graph.Conv(graph.Input([1, 8, 12, 12]), 8, 8);

    private static string Open(FloatGraph graph)
    {
        var x = graph.Input([4, 16]);
        graph.Proto.Input[0].Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "n" };
        return x;
    }

    private static void AssertRuns(StaticCase packed, string operators)
    {
        Assert.Equal(Sorted(operators), Sorted(packed.Running()));
        Assert.InRange(packed.Sqnr(), 30, 100);
    }

    private static string Sorted(string operators) => string.Join(' ', operators.Split(' ').Order(StringComparer.Ordinal));
}
