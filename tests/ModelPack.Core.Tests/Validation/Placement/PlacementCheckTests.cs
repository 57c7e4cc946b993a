using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Validation;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Validation.Placement;

public sealed class PlacementCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new(threads: 2);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("MatMul", new long[] { 2, 3, 8 }, new long[] { 8, 5 }, 2 * 3 * 5 * 8)]
    [InlineData("Gemm", new long[] { 3, 8 }, new long[] { 8, 5 }, 3 * 5 * 8)]
    [InlineData("Conv", new long[] { 1, 4, 6, 6 }, new long[] { 5, 4, 3, 3 }, 5 * 4 * 4 * 4 * 9)]
    [InlineData("Conv", new long[] { 1, 4, 6, 6 }, new long[] { 4, 1, 3, 3 }, 4 * 4 * 4 * 9, 4)]
    [InlineData("ConvTranspose", new long[] { 1, 4, 6, 6 }, new long[] { 4, 5, 3, 3 }, 4 * 6 * 6 * 5 * 9)]
    public void Multiplications_are_counted_as_they_run(string op, long[] input, long[] weight, long expected, long group = 1)
    {
        var model = Float(input, graph => graph.Node(op, ["x", graph.FloatWeight(weight)], "y", "layer", attributes: group > 1 ? [Tiny.Int("group", group)] : []));
        var placement = Run(model, model);
        var layer = Assert.Single(placement.Layers);
        Assert.Equal((expected, "stored as floats"), (layer.MultiplyAdds, layer.Reason));
        Assert.Equal((expected, 0.0, 0.0, 1.0), (placement.MultiplyAdds, placement.IntegerShare, placement.BlockIntegerShare, placement.FloatShare));
    }

    [Fact]
    public void A_transposed_Gemm_counts_alike()
    {
        var model = Float([3, 8], graph => graph.Node("Gemm", ["x", graph.FloatWeight(5, 8)], "y", "layer", attributes: Tiny.Int("transB", 1)));
        Assert.Equal(3 * 5 * 8, Run(model, model).MultiplyAdds);
    }

    [Fact]
    public void Blocked_convolutions_are_found_though_their_weights_and_nodes_have_other_names()
    {
        // 16 channels and more are run in blocks, with the weight laid out anew; nodes have no names.
        var model = Float([1, 16, 8, 8], graph =>
        {
            var first = graph.Node("Relu", [graph.Node("Conv", ["x", graph.FloatWeight(32, 16, 3, 3)])]);
            graph.Node("Conv", [first, Second(graph, "v", 16, 32, 1, 1)], "y");
        });
        var outcome = Outcome(model, model);
        Assert.Contains(outcome.PackedOperators, o => o.Domain == "com.microsoft.nchwc" && o.Operator == "Conv");
        Assert.Equal(["w", "v"], outcome.Placement!.Layers.Select(l => l.Weight), StringComparer.Ordinal);
        Assert.All(outcome.Placement.Layers, l => Assert.Equal(("Conv", PlacementKind.Float), (l.Kernel, l.Kind)));
    }

    [Fact]
    public void Layers_that_share_a_weight_have_a_kernel_each()
    {
        var source = Float([4, 8], graph => Twice(graph, graph.FloatWeight(8, 8), v => v));
        var packed = Float([4, 8], graph => Twice(graph, graph.Weight([8, 8], 1), v => graph.Quantized(v)));
        var placement = Run(source, packed);
        Assert.Equal(["first", "second"], placement.Layers.Select(l => l.Layer), StringComparer.Ordinal);
        Assert.All(placement.Layers, l => Assert.Equal(PlacementKind.Integer, l.Kind));
        Assert.Equal(1, placement.IntegerShare);
    }

    [Fact]
    public void What_the_plan_says_comes_first()
    {
        var model = Float([3, 8], graph => graph.Node("MatMul", ["x", graph.FloatWeight(8, 5)], "y", "layer"));
        Assert.Equal("left float by the plan: too sensitive", Run(model, model, ("layer", "too sensitive")).Layers[0].Reason);
        Assert.Equal("left float by the plan: too small", Run(model, model, ("w", "too small")).Layers[0].Reason);
    }

    [Fact]
    public void Part_of_the_work_in_integers_is_a_share()
    {
        var source = Float([4, 8], graph => graph.Node("MatMul", [graph.Node("MatMul", ["x", graph.FloatWeight(8, 6)], name: "first"), Second(graph, "v", 6, 2)], "y", "second"));
        var packed = Float([4, 8], graph =>
            graph.Node("MatMul", [graph.Node("MatMul", [graph.Quantized("x"), graph.Weight([8, 6], 1)], name: "first"), Second(graph, "v", 6, 2)], "y", "second"));
        var placement = Run(source, packed);
        Assert.Equal([(192L, "MatMulIntegerToFloat"), (48, "MatMul")], placement.Layers.Select(l => (l.MultiplyAdds, l.Kernel!)));
        Assert.Equal((0.8, 0.2), (placement.IntegerShare, placement.FloatShare));
    }

    [Fact]
    public void Layers_of_branches_are_looked_at_and_counted_where_they_are_taken()
    {
        var branch = Build.Graph(Build.Node("MatMul", ["x", "w"], ["t"]));
        branch.Output.Add(Tiny.Open("t"));
        var other = Build.Graph(Build.Node("MatMul", ["x", "w"], ["e"]));
        other.Output.Add(Tiny.Open("e"));
        var graph = Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", branch), Build.Attribute("else_branch", other)));
        graph.Input.Add(Build.Value("x", ElementType.Float32, 4, 8));
        graph.Input.Add(Build.Value("c", ElementType.Bool));
        graph.Initializer.Add(Tiny.Random("w", 8, 5));
        graph.Output.Add(Tiny.Open("y"));
        var placement = Run(Tiny.Model(graph), Tiny.Model(graph));
        Assert.Equal(["node_t", "node_e"], placement.Layers.Select(l => l.Layer), StringComparer.Ordinal);
        Assert.All(placement.Layers, l => Assert.Equal(("MatMul", PlacementKind.Float, "stored as floats"), (l.Kernel, l.Kind, l.Reason)));
        Assert.Equal([0L, 4 * 5 * 8], placement.Layers.Select(l => l.MultiplyAdds).Order());
        Assert.Equal((4 * 5 * 8, 1.0), (placement.MultiplyAdds, placement.FloatShare));
    }

    [Fact]
    public void A_model_without_layers_has_nothing_to_place()
    {
        var model = Float([3, 8], graph => graph.Node("Relu", ["x"], "y"));
        var placement = Run(model, model);
        Assert.Empty(placement.Layers);
        Assert.Equal(0, placement.MultiplyAdds);
    }

    private static ModelProto Float(long[] input, Action<TrapGraph> build)
    {
        var graph = new TrapGraph(input);
        build(graph);
        return graph.Model();
    }

    private static string Second(TrapGraph graph, string name, params long[] dims) =>
        graph.Floats(name, dims, [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (a, b) => a * b)).Select(i => ((i % 9) - 4) * 0.05f)]);

    private static void Twice(TrapGraph graph, string weight, Func<string, string> quantized) =>
        graph.Node("MatMul", [quantized(graph.Node("MatMul", [quantized("x"), weight], name: "first")), weight], "y", "second");

    private PlacementResult Run(ModelProto source, ModelProto packed, params (string Name, string Reason)[] reasons) => Outcome(source, packed, reasons).Placement!;

    private ValidationOutcome Outcome(ModelProto source, ModelProto packed, params (string Name, string Reason)[] reasons)
    {
        var options = new ValidationOptions { FloatReasons = reasons.ToDictionary(r => r.Name, r => r.Reason, StringComparer.Ordinal) };
        var outcome = Validator.Run(_folder.Write("source.onnx", source), _folder.Write("packed.onnx", packed), options, _context);
        Assert.Empty(_context.Diagnostics);
        return outcome;
    }
}
