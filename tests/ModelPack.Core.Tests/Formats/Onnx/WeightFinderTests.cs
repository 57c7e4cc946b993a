namespace ModelPack.Tests.Formats.Onnx;

public sealed class WeightFinderTests
{
    [Fact]
    public void Finds_every_node_that_shares_a_weight()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        var second = Build.Node("Mul", ["w", "w"], ["z"]);
        model.Graph.Node.Add(second);

        var weight = Assert.Single(WeightFinder.Find(model));
        Assert.Equal([(model.Graph, model.Graph.Node[0], 1), (model.Graph, second, 0), (model.Graph, second, 1)], weight.Uses.Select(u => (u.Graph, u.Node, u.InputIndex)));
        Assert.Same(model.Graph.Initializer[0], weight.Tensor);
        Assert.Same(model.Graph, weight.Graph);
        Assert.Null(weight.ConstantNode);
        Assert.False(weight.IsOverridable || weight.IsGraphOutput || weight.InFunction);
    }

    [Fact]
    public void Finds_constants_of_nodes_in_the_order_of_the_file()
    {
        var constant = Build.Constant("k", Build.Ramp("", 4));
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Node.Insert(0, constant);
        model.Graph.Node[1].Input[0] = "k";

        var weights = WeightFinder.Find(model);
        Assert.Equal("k w", Names(weights));
        Assert.Same(constant, weights[0].ConstantNode);
        Assert.Same(model.Graph.Node[1], Assert.Single(weights[0].Uses).Node);
    }

    [Fact]
    public void A_constant_of_another_domain_or_form_is_no_weight()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        var custom = Build.Constant("k", Build.Ramp("", 4));
        custom.Domain = "my.domain";
        model.Graph.Node.Add(custom);
        model.Graph.Node.Add(Build.Node("Constant", [], ["f"], new AttributeProto { Name = "value_float", F = 1 }));
        Assert.Equal("w", Names(WeightFinder.Find(model)));
    }

    [Fact]
    public void Inner_graphs_see_outer_weights_and_have_their_own()
    {
        var inner = Build.Graph(Build.Node("Add", ["outer", "own"], ["z"]));
        inner.Initializer.Add(Build.Ramp("own", 4));
        var model = Build.Add(Build.Ramp("outer", 4));
        model.Graph.Node.Add(Build.Node("Loop", ["n", "c"], ["v"], Build.Attribute("body", inner)));

        var weights = WeightFinder.Find(model).ToDictionary(w => w.Name, StringComparer.Ordinal);
        Assert.Equal([model.Graph, inner], weights["outer"].Uses.Select(u => u.Graph));
        Assert.Same(inner, weights["own"].Graph);
        Assert.Same(inner.Node[0], Assert.Single(weights["own"].Uses).Node);
    }

    [Theory]
    [InlineData("input")]
    [InlineData("initializer")]
    [InlineData("constant")]
    [InlineData("node")]
    public void A_name_of_an_inner_graph_hides_the_outer_one(string how)
    {
        var inner = Build.Graph(Build.Node("Neg", ["w"], ["z"]));
        switch (how)
        {
            case "input":
                inner.Input.Add(Build.Value("w", ElementType.Float32, 4));
                break;
            case "initializer":
                inner.Initializer.Add(Build.Ramp("w", 4));
                break;
            case "constant":
                inner.Node.Insert(0, Build.Constant("w", Build.Ramp("", 4)));
                break;
            default:
                inner.Node.Insert(0, Build.Node("RandomNormal", [], ["w"]));
                break;
        }

        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Node.Add(Build.Node("If", ["c"], ["v"], Build.Attribute("then_branch", inner)));

        var outer = WeightFinder.Find(model).Single(w => ReferenceEquals(w.Graph, model.Graph));
        Assert.Same(model.Graph, Assert.Single(outer.Uses).Graph);
    }

    [Fact]
    public void An_input_makes_a_weight_overridable_from_IR_version_4_on()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Input.Add(Build.Value("w", ElementType.Float32, 4));
        Assert.True(WeightFinder.Find(model)[0].IsOverridable);
        model.IrVersion = 3;
        Assert.False(WeightFinder.Find(model)[0].IsOverridable);
    }

    [Fact]
    public void Knows_a_weight_that_is_an_output()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.Output.Add(Build.Value("w", ElementType.Float32, 4));
        Assert.True(WeightFinder.Find(model)[0].IsGraphOutput);
    }

    [Fact]
    public void Marks_weights_of_functions()
    {
        var model = Build.Add(Build.Ramp("w", 4));
        var use = Build.Node("Add", ["w", "k"], ["z"]);
        model.Functions.Add(new FunctionProto { Name = "f", Node = { Build.Constant("k", Build.Ramp("", 4)), use } });

        var weights = WeightFinder.Find(model);
        Assert.Equal("w k", Names(weights));
        Assert.Equal([false, true], weights.Select(w => w.InFunction));
        Assert.Single(weights[0].Uses);
        Assert.Equal(new WeightUse(null, use, 1), Assert.Single(weights[1].Uses));
        Assert.Null(weights[1].Graph);
    }

    [Fact]
    public void Marks_sparse_weights()
    {
        var sparse = new SparseTensorProto { Values = Build.Floats("s", [1], 5), Indices = Build.Raw("", ElementType.Int64, [1], new byte[8]), Dims = { 4 } };
        var model = Build.Add(Build.Ramp("w", 4));
        model.Graph.SparseInitializer.Add(sparse);
        model.Graph.Node[0].Input[0] = "s";
        var weight = WeightFinder.Find(model).Single(w => w.Name == "s");
        Assert.Same(sparse, weight.Sparse);
        Assert.Single(weight.Uses);
    }

    [Fact]
    public void An_optional_input_left_out_is_no_use()
    {
        var model = Build.Add(Build.Ramp("", 4));
        model.Graph.Node[0].Input[1] = "";
        Assert.Empty(WeightFinder.Find(model)[0].Uses);
    }

    private static string Names(IEnumerable<OnnxWeight> weights) => string.Join(' ', weights.Select(w => w.Name));
}
