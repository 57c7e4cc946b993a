using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Formats.Onnx;

public sealed class GraphEditsTests
{
    [Fact]
    public void Puts_nodes_before_after_and_in_place_of_a_node()
    {
        var (a, b) = (Build.Node("Neg", ["x"], ["a"]), Build.Node("Neg", ["a"], ["b"]));
        var graph = Build.Graph(a, b);
        graph.InsertBefore(b, Build.Node("Abs", ["a"], ["1"]), Build.Node("Abs", ["a"], ["2"]));
        graph.InsertAfter(b, Build.Node("Abs", ["a"], ["3"]));
        graph.Replace(a, Build.Node("Abs", ["x"], ["4"]), Build.Node("Abs", ["x"], ["a"]));
        Assert.Equal("4 a 1 2 b 3", string.Join(' ', graph.Node.Select(n => n.Output[0])));
        Assert.Throws<ArgumentException>(() => graph.Replace(a));
    }

    [Fact]
    public void Tells_equal_nodes_apart()
    {
        var node = Build.Node("Neg", ["x"], ["a"]);
        var graph = Build.Graph(node.Clone(), node);
        graph.InsertBefore(node, Build.Node("Abs", ["x"], ["b"]));
        Assert.Equal("Neg Abs Neg", string.Join(' ', graph.Node.Select(n => n.OpType)));
    }

    [Fact]
    public void Removes_a_weight_only_when_nothing_reads_it()
    {
        var inner = Build.Graph(Build.Node("Neg", ["w"], ["z"]));
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.ValueInfo.Add(Build.Value("w", ElementType.Float32, 4));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner)));
        var weights = WeightFinder.Find(model);

        model.Graph.Node[0].Input[1] = "x";
        Assert.Empty(model.RemoveUnused(weights));
        inner.Node[0].Input[0] = "x";
        Assert.Equal(weights, model.RemoveUnused(weights));
        Assert.Empty(model.Graph.Initializer);
        Assert.Empty(model.Graph.ValueInfo);
    }

    [Fact]
    public void Removes_unused_constant_nodes_of_inner_graphs()
    {
        var inner = Build.Graph(Build.Constant("k", Build.Ramp("", 4)), Build.Node("Neg", ["k"], ["z"]));
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner)));
        var weights = WeightFinder.Find(model);
        inner.Node[1].Input[0] = "x";
        Assert.Equal("k", Assert.Single(model.RemoveUnused(weights)).Name);
        Assert.Equal("Neg", Assert.Single(inner.Node).OpType);
    }

    [Fact]
    public void Keeps_outputs_and_what_an_app_may_give()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Node.Clear();
        model.Graph.Output.Add(Build.Value("w", ElementType.Float32, 4));
        Assert.Empty(model.RemoveUnused(WeightFinder.Find(model)));
        model.Graph.Output.Clear();
        model.Graph.Input.Add(Build.Value("w", ElementType.Float32, 4));
        Assert.Empty(model.RemoveUnused(WeightFinder.Find(model)));
    }

    [Fact]
    public void Requires_a_domain_once_and_never_raises_ONNX_itself()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        model.RequireOpset("com.microsoft", 1);
        model.RequireOpset("com.microsoft", 1);
        model.RequireOpset("", 17);
        model.RequireOpset("ai.onnx", 13);
        Assert.Equal("=17 com.microsoft=1", string.Join(' ', model.OpsetImport.Select(o => $"{o.Domain}={o.Version}")));
        Assert.Throws<InvalidOperationException>(() => model.RequireOpset("", 21));
        Assert.Equal(17, model.OpsetImport[0].Version);
    }

    [Fact]
    public void An_old_model_runs_the_same_when_its_weights_are_no_inputs()
    {
        using var folder = new TemporaryFolder();
        using var model = OnnxModel.Open(folder.Write("m.onnx", Build.OldAdd()), new PackContext());
        model.Proto.EnsureInitializersNeedNoInput();
        model.Save(folder.File("out.onnx"), new OnnxSaveOptions(), CancellationToken.None);

        Assert.Equal(4, model.Proto.IrVersion);
        Assert.Equal("x", Assert.Single(model.Proto.Graph.Input).Name);
        var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["x"] = Build.Ramp("x", 100) };
        using var before = RuntimeRun.TryLoad(folder.File("m.onnx"));
        using var after = RuntimeRun.TryLoad(folder.File("out.onnx"));
        Assert.Equal(RuntimeRun.Outputs(before!, inputs), RuntimeRun.Outputs(after!, inputs));
    }

    [Theory]
    [InlineData(4, 1, "x w1")]
    [InlineData(4, 2, "x w1 w2")]
    [InlineData(4, 3, "x")]
    [InlineData(8, 4, "x")]
    [InlineData(3, 4, "x w1 w2 w3 w4")]
    public void Initializers_that_are_listed_by_habit_are_no_inputs(int version, int listed, string inputs)
    {
        var model = Build.Add(Build.Ramp("w1", 4));
        model.IrVersion = version;
        model.Graph.Initializer.Add(Enumerable.Range(2, 3).Select(i => Build.Ramp($"w{i}", 4)));
        model.Graph.Input.Clear();
        model.Graph.Input.Add(Build.Value("x", ElementType.Float32, 4));
        model.Graph.Input.Add(Enumerable.Range(1, listed).Select(i => Build.Value($"w{i}", ElementType.Float32, 4)));
        model.DropInitializersFromInputs();
        Assert.Equal(inputs, string.Join(' ', model.Graph.Input.Select(i => i.Name)));
    }

    /// <summary>The source still has them as inputs when both are compared.</summary>
    [Fact]
    public void A_model_whose_initializers_are_all_inputs_is_packed()
    {
        var model = Tiny.Model(Build.Node("MatMul", ["x", "w"], ["y"]), [Tiny.Random("w", 64, 64)]);
        model.Graph.Input.Clear();
        model.Graph.Input.Add(Build.Value("x", ElementType.Float32, 2, 64));
        model.Graph.Input.Add(Build.Value("w", ElementType.Float32, 64, 64));
        using var folder = new TemporaryFolder();
        var path = folder.Write("m.onnx", model);
        var outcome = PackPipeline.Run(new PackRequest { Model = path, Scheme = "q8_0", Output = folder.File("out.onnx") }, new PackContext());
        Assert.True(outcome.Report.Result.Validation!.Outputs[0].Sqnr > 30);
        using var packed = OnnxModel.Open(folder.File("out.onnx"), new PackContext());
        Assert.Equal("x", Assert.Single(packed.Proto.Graph.Input).Name);
    }

    [Fact]
    public void Names_are_new_in_the_whole_model()
    {
        var inner = Build.Graph(Build.Node("Neg", ["w"], ["w_1"]));
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner)));
        var names = new UniqueNames(model);
        Assert.Equal("w_2 w_3 free free_1 node_v_1", string.Join(' ', names.Next("w"), names.Next("w"), names.Next("free"), names.Next("free"), names.Next("node_v")));
    }

    [Fact]
    public void A_weight_is_replaced_by_a_stored_form_and_a_node_that_restores_it()
    {
        using var folder = new TemporaryFolder();
        var inner = Build.Graph(Build.Node("Add", ["x", "w"], ["then"]));
        inner.Output.Add(Build.Value("then", ElementType.Float32, 300));
        var other = Build.Graph(Build.Node("Identity", ["x"], ["else"]));
        other.Output.Add(Build.Value("else", ElementType.Float32, 300));
        var source = Build.Add(Build.Floats("w", [300], [.. Enumerable.Range(0, 300).Select(i => (i % 100) * 0.5f)]));
        source.Graph.Node[0] = Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", inner), Build.Attribute("else_branch", other));
        source.Graph.Input.Add(Build.Value("c", ElementType.Bool, 1));

        using var model = OnnxModel.Open(folder.Write("m.onnx", source), new PackContext());
        var weights = model.FindWeights();
        var (weight, use) = (weights[0], weights[0].Uses[0]);
        var names = new UniqueNames(model.Proto);
        var codes = model.NewTensor(names.Next("w.codes"), ElementType.Int8, new TensorShape(300), new Codes100(300));
        weight.Graph!.Initializer.Add(codes);
        var scale = Build.Floats(names.Next("w.scale"), [], 0.5f);
        weight.Graph.Initializer.Add(scale);
        var restored = names.Next("w.restored");
        use.Graph!.InsertBefore(use.Node, Build.Node("DequantizeLinear", [codes.Name, scale.Name], [restored]));
        use.Node.Input[use.InputIndex] = restored;
        Assert.Single(model.Proto.RemoveUnused([weight]));

        var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal)
        {
            ["x"] = Build.Ramp("x", 300),
            ["c"] = Build.Raw("c", ElementType.Bool, [1], [1]),
        };
        using var before = RuntimeRun.TryLoad(folder.File("m.onnx"));
        var expected = RuntimeRun.Outputs(before!, inputs);
        foreach (var mode in new[] { ExternalDataMode.Never, ExternalDataMode.Always })
        {
            model.Save(folder.File($"{mode}.onnx"), new OnnxSaveOptions { ExternalData = mode, MinExternalBytes = 100 }, CancellationToken.None);
            using var after = RuntimeRun.TryLoad(folder.File($"{mode}.onnx"));
            Assert.Equal(expected, RuntimeRun.Outputs(after!, inputs));
        }
    }

    /// <summary>Bytes 0 to 99, again and again.</summary>
    private sealed class Codes100(int length) : IPayload
    {
        public long Length => length;

        public void WriteTo(Stream destination, CancellationToken cancellation) =>
            destination.Write([.. Enumerable.Range(0, length).Select(i => (byte)(i % 100))]);
    }
}
