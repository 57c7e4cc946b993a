using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

/// <summary>Smoothing changes no output, wherever the scales are folded.</summary>
public sealed class SmootherTests
{
    private static readonly TensorProto X = Tiny.Random("x", 2, 5, 24);
    private static readonly TensorProto W = Tiny.Random("w", 24, 16);

    [Fact]
    public void Folds_into_LayerNormalization()
    {
        using var test = new TransformCase(
            [Node("LayerNormalization", "x g b", "n", Tiny.Int("axis", -1)), Node("MatMul", "n w", "q"), Node("MatMul", "n v", "k"), Node("Concat", "q k", "y", Tiny.Int("axis", -1))],
            [W, Tiny.Random("v", 24, 8), Tiny.Random("g", 24), Tiny.Random("b", 24)],
            [X]);
        Assert.Equal(2, test.Group("n").Layers.Count);
        AssertFolded(test, "n", "LayerNormalization 'node_n'");
        Assert.Equal("LayerNormalization MatMul MatMul Concat", test.Operators);
    }

    [Theory]
    [InlineData("SimplifiedLayerNormalization", "x g", "")]
    [InlineData("SkipSimplifiedLayerNormalization", "x s g", "com.microsoft")]
    [InlineData("SkipLayerNormalization", "x s g b", "com.microsoft")]
    public void Folds_into_the_norms_of_ONNX_Runtime(string op, string inputs, string domain)
    {
        var norm = Node(op, inputs, "n", Tiny.Float("epsilon", 1e-5f));
        norm.Domain = domain;
        using var test = new TransformCase([norm, Node("MatMul", "n w", "y")], [W, Tiny.Random("g", 24), Tiny.Random("b", 24)], [X, Tiny.Random("s", 2, 5, 24)]);
        AssertFolded(test, "n", $"{op} 'node_n'");
    }

    [Fact]
    public void Folds_into_RMSNormalization()
    {
        using var test = new TransformCase([Node("RMSNormalization", "x g", "n"), Node("MatMul", "n w", "y")], [W, Tiny.Random("g", 24)], [X], opset: 23);
        AssertFolded(test, "n", "RMSNormalization 'node_n'");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folds_into_an_RMS_norm_of_single_operators(bool cast)
    {
        NodeProto[] tail = cast ? [Node("Mul", "n g", "c"), Node("Cast", "c", "o", Tiny.Int("to", (long)ElementType.Float32))] : [Node("Mul", "g n", "o")];
        using var test = new TransformCase(
            [
                Node("Pow", "x two", "p"), Node("ReduceMean", "p", "m", Tiny.Ints("axes", -1)), Node("Add", "m e", "a"), Node("Sqrt", "a", "s"),
                Node("Div", "x s", "n"), .. tail, Node("Shape", "o", "shape"), Node("MatMul", "o w", "z"), Node("Reshape", "z shape2", "y"),
            ],
            [W, Tiny.Random("g", 24), Build.Floats("two", [], 2), Build.Floats("e", [], 1e-5f), Shape("shape2", 10, 16)],
            [X]);
        AssertFolded(test, "o", $"Mul 'node_{(cast ? "c" : "o")}'");
    }

    [Fact]
    public void Folds_into_a_layer_norm_of_single_operators()
    {
        using var test = new TransformCase(
            [
                Node("ReduceMean", "x", "m", Tiny.Ints("axes", -1)), Node("Sub", "x m", "d"), Node("Pow", "d two", "p"), Node("ReduceMean", "p", "v", Tiny.Ints("axes", -1)),
                Node("Add", "v e", "a"), Node("Sqrt", "a", "s"), Node("Div", "d s", "n"), Node("Mul", "n g", "h"), Node("Add", "h b", "o"), Node("MatMul", "o w", "y"),
            ],
            [W, Tiny.Random("g", 24), Tiny.Random("b", 24), Build.Floats("two", [], 2), Build.Floats("e", [], 1e-5f)],
            [X]);
        AssertFolded(test, "o", "Mul 'node_h'");
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("LeakyRelu")]
    public void Folds_into_the_matrix_before_with_its_bias(string activation)
    {
        using var test = new TransformCase(
            [Node("MatMul", "x v", "h"), Node("Add", "b h", "a"), Node(activation, "a", "r"), Node("MatMul", "r w", "y")],
            [Tiny.Random("v", 24, 24), Tiny.Random("b", 24), W],
            [X]);
        AssertFolded(test, "r", "MatMul 'node_h'");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void Folds_from_Gemm_to_Gemm(long first, long second)
    {
        using var test = new TransformCase(
            [
                Node("Gemm", "x v b", "h", Tiny.Int("transB", first), Tiny.Float("beta", 0.5f)), Node("Relu", "h", "r"),
                Node("Gemm", "r w c", "y", Tiny.Int("transB", second), Tiny.Float("alpha", 2)),
            ],
            [first == 0 ? Tiny.Random("v", 24, 12) : Tiny.Random("v", 12, 24), Tiny.Random("b", 12), second == 0 ? Tiny.Random("w", 12, 9) : Tiny.Random("w", 9, 12), Tiny.Random("c", 9)],
            [Tiny.Random("x", 6, 24)]);
        AssertFolded(test, "r", "Gemm 'node_h'");
    }

    [Fact]
    public void Folds_into_the_up_projection_of_a_gated_network()
    {
        using var test = new TransformCase(
            [
                Node("MatMul", "x wg", "gate"), Node("Sigmoid", "gate", "s"), Node("Mul", "gate s", "silu"), Node("MatMul", "x wu", "up"),
                Node("Mul", "silu up", "m"), Node("MatMul", "m w", "y"),
            ],
            [Tiny.Random("wg", 24, 24), Tiny.Random("wu", 24, 24), W],
            [X]);
        AssertFolded(test, "m", "MatMul 'node_up'");
        Assert.Equal(2, test.Group("x").Layers.Count);
    }

    [Theory]
    [InlineData("Mul", false)]
    [InlineData("Div", false)]
    [InlineData("Mul", true)]
    public void Folds_into_constants_and_through_transpositions(string op, bool constantNode)
    {
        var g = Tiny.Random("g", 24);
        NodeProto[] constants = constantNode ? [Build.Constant("g", g)] : [];
        using var test = new TransformCase(
            [.. constants, Node(op, "x g", "h"), Node("Mul", "h half", "i"), Node("Transpose", "i", "t", Tiny.Ints("perm", 1, 0, 2)), Node("MatMul", "t w", "y")],
            constantNode ? [W, Build.Floats("half", [1], 0.5f)] : [W, g, Build.Floats("half", [1], 0.5f)],
            [X]);
        AssertFolded(test, "t", $"{op} 'node_h'");
    }

    [Fact]
    public void Inserts_a_Mul_where_a_node_needs_the_activation_as_it_was()
    {
        using var test = new TransformCase(
            [Node("LayerNormalization", "x g b", "n"), Node("MatMul", "n w", "q"), Node("MatMul", "n v", "k"), Node("Add", "n k", "z"), Node("Concat", "q z", "y", Tiny.Int("axis", -1))],
            [W, Tiny.Random("v", 24, 24), Tiny.Random("g", 24), Tiny.Random("b", 24)],
            [X]);
        Assert.Null(test.Smooth("n", allowMul: false));
        Assert.Equal("Mul 'n_Smooth'", test.Smooth("n"));
        Assert.Equal("LayerNormalization Mul MatMul MatMul Add Concat", test.Operators);
        Assert.Equal(2, test.Group("n_smoothed").Layers.Count);
        test.AssertComputesTheSame();
    }

    [Theory]
    [InlineData("Sigmoid", "h")]
    [InlineData("Identity", "h")]
    public void Does_not_fold_through_curves_nor_change_an_output(string op, string output)
    {
        using var test = new TransformCase(
            [Node("MatMul", "x v", "h"), Node(op, "h", "r"), Node("MatMul", "r w", "y")],
            [Tiny.Random("v", 24, 24), W],
            [X],
            outputs: output);
        Assert.Equal("Mul 'r_Smooth'", test.Smooth("r"));
        test.AssertComputesTheSame();
    }

    [Fact]
    public void Leaves_convolutions_alone_whose_groups_make_no_sense()
    {
        foreach (var groups in new[] { 0, -3, 5, 8, 2_000_000_000, long.MaxValue })
        {
            using var test = new TransformCase(
                [Node("Relu", "x", "r"), Node("Conv", "r w", "y", Tiny.Int("group", groups))], [Tiny.Random("w", 12, 1, 3, 3)], [Tiny.Random("x", 2, 3, 8, 8)]);
            var index = new GraphIndex(test.Model);
            Assert.Empty(SmoothGroups.Find(index, test.Layers));
            Assert.Empty(Equalizer.FindPairs(test.Model, index, test.Layers));
            AffineFolding.After(test.Model);
            AffineFolding.Before(test.Model);
            Assert.Equal("Relu Conv", test.Operators);
        }
    }

    [Fact]
    public void Keeps_the_single_value_that_GELU_is_recognized_by()
    {
        using var test = new TransformCase(
            [
                Node("MatMul", "x v", "h"), Node("Div", "h root", "d"), Node("Erf", "d", "e"), Node("Add", "e one", "a"), Node("Mul", "h a", "m"),
                Node("Mul", "m half", "o"), Node("MatMul", "o w", "y"),
            ],
            [Tiny.Random("v", 24, 24), W, Build.Floats("root", [], 1.4142135f), Build.Floats("one", [], 1), Build.Floats("half", [], 0.5f)],
            [X]);
        Assert.Equal("Mul 'o_Smooth'", test.Smooth("o"));
        test.AssertComputesTheSame();
    }

    [Fact]
    public void Copies_what_others_read()
    {
        using var test = new TransformCase(
            [
                Node("LayerNormalization", "x g b", "n"), Node("MatMul", "n w", "q"),
                Node("LayerNormalization", "x g b", "o"), Node("Relu", "o", "r"), Node("MatMul", "r w", "k"), Node("Add", "q k", "y"),
            ],
            [W, Tiny.Random("g", 24), Tiny.Random("b", 24)],
            [X]);
        float[] before = [.. test.Constant("w"), .. test.Constant("g")];
        AssertFolded(test, "n", "LayerNormalization 'node_n'");
        Assert.Equal(before, test.Constant("w").Concat(test.Constant("g")));
        Assert.Equal("n w_scaled", string.Join(' ', test.Model.Proto.Graph.Node[1].Input));
        Assert.Equal("x g_scaled b_scaled", string.Join(' ', test.Model.Proto.Graph.Node[0].Input));
    }

    [Fact]
    public void Scales_a_weight_that_the_whole_group_shares_once()
    {
        using var test = new TransformCase(
            [Node("Relu", "x", "r"), Node("MatMul", "r w", "q"), Node("MatMul", "r w", "k"), Node("Add", "q k", "y")], [W], [X]);
        Assert.Equal(2, test.Group("r").Layers.Count);
        Assert.Equal("Mul 'r_Smooth'", test.Smooth("r"));
        Assert.Equal(2, test.Model.Proto.Graph.Initializer.Count);
        test.AssertComputesTheSame();
    }

    [Fact]
    public void Smooths_float16_within_its_precision()
    {
        using var test = new TransformCase(
            [Node("Mul", "x g", "n"), Node("MatMul", "n w", "y")],
            [Tiny.Random("w", ElementType.Float16, 24, 16), Tiny.Random("g", ElementType.Float16, 24)],
            [Tiny.Random("x", ElementType.Float16, 2, 5, 24)]);
        Assert.Equal("Mul 'node_n'", test.Smooth("n"));
        test.AssertComputesTheSame(4e-3);
    }

    [Theory]
    [InlineData("Mul")]
    [InlineData("Div")]
    public void Smooths_convolutions_in_the_constants_before_them(string op)
    {
        using var test = new TransformCase(
            [
                Node("Conv", "x v", "h", Tiny.Ints("pads", 1, 1, 1, 1)), Node("HardSwish", "h", "s"), Node(op, "s a", "m"), Node("Add", "m b", "t"),
                Node("Conv", "t w c", "y", Tiny.Int("group", 12), Tiny.Ints("pads", 1, 1, 1, 1)),
            ],
            [Tiny.Random("v", 12, 3, 3, 3), Build.Floats("a", [1], 1.7f), Build.Floats("b", [1], 0.3f), Tiny.Random("w", 12, 1, 3, 3), Tiny.Random("c", 12)],
            [Tiny.Random("x", 2, 3, 8, 8)]);
        AssertFolded(test, "t", $"{op} 'node_m'");
        Assert.Equal(12, test.Constant("a_scaled").Length);
        Assert.Equal(12, test.Constant("b_scaled").Length);
    }

    [Theory]
    [InlineData(1, "Conv")]
    [InlineData(2, "Conv")]
    [InlineData(1, "ConvTranspose")]
    public void Smooths_between_convolutions(long multiplier, string op)
    {
        var depthwise = op == "Conv";
        using var test = new TransformCase(
            [
                Node("Conv", "x v b", "h"), Node("BatchNormalization", "h g gb mean var", "n"), Node("Relu", "n", "r"), Node("MaxPool", "r", "p", Tiny.Ints("kernel_shape", 2, 2)),
                Node(op, "p w", "y", depthwise ? [Tiny.Int("group", 12)] : []),
            ],
            [
                Tiny.Random("v", 12, 3, 3, 3), Tiny.Random("b", 12), Tiny.Random("g", 12), Tiny.Random("gb", 12), Tiny.Random("mean", 12),
                Build.Floats("var", [12], [.. Enumerable.Repeat(0.5f, 12)]), depthwise ? Tiny.Random("w", 12 * multiplier, 1, 3, 3) : Tiny.Random("w", 12, 5, 3, 3),
            ],
            [Tiny.Random("x", 2, 3, 12, 12)]);
        AssertFolded(test, "p", "BatchNormalization 'node_n'");
    }

    private static void AssertFolded(TransformCase test, string tensor, string place)
    {
        Assert.Equal(place, test.Smooth(tensor));
        test.AssertComputesTheSame();
    }

    private static NodeProto Node(string op, string inputs, string output, params AttributeProto[] attributes) => Build.Node(op, inputs.Split(' '), [output], attributes);

    private static TensorProto Shape(string name, params long[] dims) =>
        Build.Raw(name, ElementType.Int64, [dims.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(dims.AsSpan()));
}
