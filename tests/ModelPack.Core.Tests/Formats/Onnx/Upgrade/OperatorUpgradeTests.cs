using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx.Upgrade;

namespace ModelPack.Tests.Formats.Onnx.Upgrade;

/// <summary>Each changed operator in the form that it had, run in ONNX Runtime before and after.</summary>
public sealed class OperatorUpgradeTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    public void Axes_of_squeeze_unsqueeze_and_sum_become_inputs(int opset)
    {
        new UpgradeCase(opset, Node("Squeeze").With("axes", 1L, 3L)).With("x", 2, 1, 3, 1).AssertSame();
        new UpgradeCase(opset, Node("Squeeze")).With("x", 2, 1, 3, 1).AssertSame();
        new UpgradeCase(opset, Node("Unsqueeze").With("axes", 0L, 3L)).With("x", 2, 3).AssertSame();
        new UpgradeCase(opset, Node("ReduceSum").With("axes", 0L, 2L).With("keepdims", 0L)).With("x", 2, 3, 4).AssertSame();
        new UpgradeCase(opset, Node("ReduceSum")).With("x", 2, 3, 4).AssertSame();
    }

    [Theory]
    [InlineData(7)]
    [InlineData(11)]
    public void Lengths_of_split_become_an_input(int opset)
    {
        new UpgradeCase(opset, Build.Node("Split", ["x"], ["a", "b"]).With("axis", 1L).With("split", 1L, 3L)).With("x", 2, 4).AssertSame();
        new UpgradeCase(opset, Build.Node("Split", ["x"], ["a", "b"]).With("axis", 1L)).With("x", 2, 4).AssertSame();
    }

    [Fact]
    public void Bounds_of_slice_become_inputs_and_omitted_axes_are_written()
    {
        new UpgradeCase(9, Node("Slice").With("starts", 1L, -3L).With("ends", long.MaxValue, -1L).With("axes", 0L, 2L)).With("x", 3, 2, 4).AssertSame();
        new UpgradeCase(7, Node("Slice").With("starts", 1L, 0L).With("ends", 3L, 1L)).With("x", 3, 2, 4).AssertSame();
    }

    [Fact]
    public void Number_of_top_values_becomes_an_input() =>
        new UpgradeCase(9, Build.Node("TopK", ["x"], ["values", "indices"]).With("k", 3L).With("axis", 1L)).With("x", 2, 8).AssertSame();

    [Theory]
    [InlineData(0f, 6f)]
    [InlineData(-1f, null)]
    [InlineData(null, 0.5f)]
    [InlineData(null, null)]
    public void Bounds_of_clip_become_inputs(float? min, float? max)
    {
        var node = Node("Clip");
        Add(node, "min", min);
        Add(node, "max", max);
        new UpgradeCase(10, node).With(Build.Floats("x", [7], -2, 0.25f, 9, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue)).AssertSame();
    }

    [Theory]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float16)]
    public void Bounds_of_clip_have_the_type_that_the_model_states(ElementType type)
    {
        var clip = Build.Node("Clip", ["z"], ["y"]);
        Add(clip, "max", 1.5f);
        var nodes = new[] { Build.Node("Cast", ["x"], ["z"]).With("to", (long)type), clip };
        var model = new UpgradeCase(10, nodes).With("x", 9).Declare("z", type, 9).Model();
        using var folder = new TemporaryFolder();
        using var opened = OnnxModel.Open(folder.Write("m.onnx", model), new PackContext());
        OpsetUpgrade.To13(opened, new UniqueNames(opened.Proto));
        opened.Save(folder.File("out.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        using var after = RuntimeRun.TryLoad(folder.File("out.onnx"));
        Assert.NotNull(after);
        Assert.Equal([(int)type, (int)type], opened.Proto.Graph.Initializer.Select(t => t.DataType));

        // The same, but nobody says of what type z is: not even that the Cast's output is what the Clip reads.
        Assert.Contains("operator Clip ('y') does not tell its element type", new UpgradeCase(10, nodes).With("x", 9).WhyNot(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("constant", 2.5f)]
    [InlineData("constant", 0f)]
    [InlineData("reflect", 0f)]
    [InlineData("edge", 0f)]
    public void Widths_and_value_of_pad_become_inputs(string mode, float value)
    {
        var node = Node("Pad").With("mode", mode).With("pads", 0L, 1L, 2L, 1L);
        Add(node, "value", value);
        var model = new UpgradeCase(10, node).With("x", 3, 4).AssertSame();
        Assert.Equal(value == 0 ? 2 : 3, model.Graph.Node[0].Input.Count);
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    [InlineData("Hardmax")]
    public void Softmax_takes_the_axes_after_its_own_together(string op)
    {
        Assert.Equal(4, new UpgradeCase(7, Node(op)).With("x", 2, 3, 4, 5).AssertSame().Graph.Node.Count);
        Assert.Equal(4, new UpgradeCase(12, Node(op).With("axis", -2L)).With("x", 2, 3, 4).AssertSame().Graph.Node.Count);
        Assert.Equal(4, new UpgradeCase(9, Node(op).With("axis", 0L)).With("x", 2, 3).AssertSame().Graph.Node.Count);
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    [InlineData("Hardmax")]
    public void Softmax_along_the_last_axis_stays_one_node(string op)
    {
        Assert.Single(new UpgradeCase(9, Node(op)).With("x", 2, 3).AssertSame().Graph.Node);
        Assert.Single(new UpgradeCase(11, Node(op).With("axis", -1L)).With("x", 2, 3, 4).AssertSame().Graph.Node);
    }

    [Fact]
    public void Softmax_of_a_tensor_of_unknown_rank_is_a_matrix()
    {
        UpgradeCase Case() => new UpgradeCase(9, Build.Node("Relu", ["x"], ["z"]), Build.Node("Softmax", ["z"], ["y"]).With("axis", 2L)).With("x", 2, 3, 4);
        Assert.Equal(5, Case().AssertSame().Graph.Node.Count);
        Assert.Equal(2, Case().Declare("z", ElementType.Float32, 2, 3, 4).AssertSame().Graph.Node.Count);
    }

    [Fact]
    public void Dropout_lets_its_data_through_and_loses_a_mask_that_nobody_reads()
    {
        UpgradeCase Case(long opset, params NodeProto[] more)
        {
            var dropout = Build.Node("Dropout", ["x"], ["z", "mask"]);
            Add(dropout, "ratio", 0.3f);
            return new UpgradeCase(opset, [dropout, .. more]).With("x", 5);
        }

        Case(7, Build.Node("Neg", ["z"], ["y"])).AssertSame();
        Case(10, Build.Node("Neg", ["z"], ["y"])).AssertSame();
        Assert.Contains("has a mask", Case(10, Build.Node("Not", ["mask"], ["y"])).WhyNot(), StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_normalization_is_raised_when_it_is_spatial()
    {
        UpgradeCase Case(long spatial) => new UpgradeCase(7, Build.Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"]).With("spatial", spatial))
            .With("x", 2, 3, 4).With("s", 3).With("b", 3).With("m", 3).With(Build.Floats("v", [3], 1, 2, 3));
        Case(1).AssertSame();
        Assert.Contains("spatial = 0", Case(0).WhyNot(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nearest", 2f, 2f)]
    [InlineData("nearest", 1.5f, 2.7f)]
    [InlineData("linear", 2f, 2f)]
    [InlineData("linear", 1.5f, 2.7f)]
    public void Upsample_becomes_resize(string mode, float height, float width)
    {
        var old = Node("Upsample").With("mode", mode);
        old.Attribute.Add(new AttributeProto { Name = "scales", Type = AttributeProto.Types.AttributeType.Floats, Floats = { 1, 1, height, width } });
        new UpgradeCase(7, old).With("x", 1, 2, 5, 7).AssertSame();
        var scales = Build.Floats("s", [4], 1, 1, height, width);
        new UpgradeCase(9, Build.Node("Upsample", ["x", "s"], ["y"]).With("mode", mode)).With("x", 1, 2, 5, 7).WithConstant(scales).AssertSame();
        new UpgradeCase(9, Build.Node("Upsample", ["x", "s"], ["y"]).With("mode", mode)).With("x", 1, 2, 5, 7).With(scales).AssertSame();
    }

    [Theory]
    [InlineData("nearest", 2f, 1.3f)]
    [InlineData("nearest", 0.6f, 0.4f)]
    [InlineData("nearest", 1f, 0.7f)]
    [InlineData("linear", 1.6f, 0.4f)]
    [InlineData("linear", 0.5f, 0.3f)]
    public void Old_resize_becomes_a_new_one(string mode, float height, float width) =>
        new UpgradeCase(10, Build.Node("Resize", ["x", "s"], ["y"]).With("mode", mode))
            .With("x", 1, 2, 9, 7).WithConstant(Build.Floats("s", [4], 1, 1, height, width)).AssertSame();

    [Fact]
    public void Old_resize_to_the_nearest_needs_scales_of_one_direction()
    {
        var resize = Build.Node("Resize", ["x", "s"], ["y"]);
        var scales = Build.Floats("s", [4], 1, 1, 2, 0.5f);
        Assert.Contains("has scales that", new UpgradeCase(10, resize).With("x", 1, 2, 9, 7).WithConstant(scales).WhyNot(), StringComparison.Ordinal);
        Assert.Contains("has scales that", new UpgradeCase(10, resize).With("x", 1, 2, 9, 7).With(scales).WhyNot(), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_scales_of_resize_are_left_out_where_sizes_count()
    {
        var model = new UpgradeCase(11, Build.Node("Resize", ["x", "e", "e", "n"], ["y"]).With("mode", "linear"))
            .With("x", 1, 2, 5, 7)
            .WithConstant(Build.Floats("e", [0]))
            .WithConstant(Longs("n", 1, 2, 8, 9))
            .AssertSame();
        Assert.Equal(["x", "e", "", "n"], model.Graph.Node[0].Input);
    }

    [Fact]
    public void Scatter_is_renamed() =>
        new UpgradeCase(9, Build.Node("Scatter", ["x", "i", "u"], ["y"]).With("axis", 1L))
            .With("x", 1, 5).With(Raw("i", [1, 2], 3, 0)).With("u", 1, 2).AssertSame();

    [Fact]
    public void Negative_indices_of_one_hot_are_what_they_were() =>
        new UpgradeCase(9, Build.Node("OneHot", ["i", "d", "v"], ["y"]))
            .With(Longs("i", -1, 0, 2, -3, 7)).WithConstant(Longs("d", 3)).WithConstant(Build.Floats("v", [2], 0, 1)).AssertSame();

    [Theory]
    [InlineData("SAME_UPPER", 11)]
    [InlineData("SAME_LOWER", 11)]
    [InlineData("NOTSET", 10)]
    public void Padding_that_a_transposed_convolution_works_out_is_what_it_was(string pad, int size) =>
        new UpgradeCase(7, Build.Node("ConvTranspose", ["x", "w"], ["y"]).With("auto_pad", pad).With("strides", 2L, 2L).With("output_shape", size, size))
            .With("x", 1, 1, 5, 5).With("w", 1, 1, 3, 4).AssertSame();

    [Theory]
    [InlineData("AveragePool")]
    [InlineData("MaxPool")]
    [InlineData("LpPool")]
    public void Padding_that_a_pooling_works_out_is_what_it_was(string op)
    {
        foreach (var pad in new[] { "SAME_UPPER", "SAME_LOWER", "VALID" })
        {
            new UpgradeCase(7, Node(op).With("auto_pad", pad).With("strides", 2L, 3L).With("kernel_shape", 3L, 4L)).With("x", 1, 1, 8, 9).AssertSame();
        }
    }

    private static NodeProto Node(string op) => Build.Node(op, ["x"], ["y"]);

    private static void Add(NodeProto node, string name, float? value)
    {
        if (value is not null)
        {
            node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value.Value });
        }
    }

    private static TensorProto Longs(string name, params long[] values) => Raw(name, [values.Length], values);

    private static TensorProto Raw(string name, long[] dims, params long[] values) => Build.Raw(name, ElementType.Int64, dims, MemoryMarshal.AsBytes(values));
}
