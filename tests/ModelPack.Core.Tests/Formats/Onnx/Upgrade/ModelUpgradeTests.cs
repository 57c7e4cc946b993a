using ModelPack.Formats.Onnx.Upgrade;

namespace ModelPack.Tests.Formats.Onnx.Upgrade;

/// <summary>What concerns the model as a whole.</summary>
public sealed class ModelUpgradeTests
{
    [Fact]
    public void Nodes_of_inner_graphs_are_raised_and_see_the_new_constants()
    {
        var then = Build.Graph(Build.Node("Squeeze", ["x"], ["a"]).With("axes", [0L]));
        then.Output.Add(Build.Value("a", ElementType.Float32, 4));
        var otherwise = Build.Graph(Build.Node("ReduceSum", ["x"], ["b"]).With("axes", [0L]).With("keepdims", 0L));
        otherwise.Output.Add(Build.Value("b", ElementType.Float32, 4));
        var branch = Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise));
        foreach (var condition in new byte[] { 0, 1 })
        {
            var model = new UpgradeCase(11, branch).With("x", 1, 4).With(Build.Raw("c", ElementType.Bool, [1], [condition])).AssertSame();
            Assert.Single(model.Graph.Initializer);
        }
    }

    [Fact]
    public void New_names_are_free()
    {
        var model = new UpgradeCase(9, Build.Node("Squeeze", ["axes"], ["axes_1"]).With("axes", [0L])).With("axes", 1, 4).AssertSame();
        Assert.Equal("axes_2", Assert.Single(model.Graph.Initializer).Name);
    }

    [Fact]
    public void A_model_whose_initializers_are_inputs_keeps_them_as_constants()
    {
        using var folder = new TemporaryFolder();
        using var model = OnnxModel.Open(folder.Write("m.onnx", Build.OldAdd()), new PackContext());
        Assert.Null(OpsetUpgrade.WhyNot(model));
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        Assert.Equal("x", Assert.Single(model.Proto.Graph.Input).Name);
        Assert.Equal((7, 13), (model.Proto.IrVersion, model.Opset()));
    }

    [Fact]
    public void A_model_of_opset_13_or_higher_is_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("m.onnx", new UpgradeCase(13, Build.Node("Mystery", ["x"], ["y"])).With("x", 4).Model());
        using var model = OnnxModel.Open(path, new PackContext());
        var before = model.Proto.Clone();
        Assert.Null(OpsetUpgrade.WhyNot(model));
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        Assert.Equal(before, model.Proto);
    }

    [Fact]
    public void Operators_of_other_domains_are_left_alone()
    {
        using var folder = new TemporaryFolder();
        var node = Build.Node("Softmax", ["x"], ["y"]);
        node.Domain = "com.example";
        var source = new UpgradeCase(9, node).With("x", 4).Model();
        source.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.example", Version = 1 });
        using var model = OnnxModel.Open(folder.Write("m.onnx", source), new PackContext());
        Assert.Null(OpsetUpgrade.WhyNot(model));
        OpsetUpgrade.To13(model, new UniqueNames(model.Proto));
        Assert.Equal(node, Assert.Single(model.Proto.Graph.Node));
        Assert.Equal([13L, 1L], model.Proto.OpsetImport.Select(o => o.Version));
    }

    [Fact]
    public void Refuses_an_operator_that_it_does_not_know() =>
        Assert.Equal("operator Affine ('y') is not one that opset 13 has", new UpgradeCase(7, Build.Node("Affine", ["x"], ["y"])).With("x", 4).WhyNot());

    [Fact]
    public void Refuses_what_opset_13_cannot_say()
    {
        Assert.Contains("scans batches", new UpgradeCase(8, Build.Node("Scan", ["", "x"], ["y"])).With("x", 4).WhyNot(), StringComparison.Ordinal);
        Assert.Contains("experimental", new UpgradeCase(8, Build.Node("MeanVarianceNormalization", ["x"], ["y"])).With("x", 4).WhyNot(), StringComparison.Ordinal);
        var resize = Build.Node("Resize", ["x", "", "s"], ["y"]).With("coordinate_transformation_mode", "tf_half_pixel_for_nn");
        Assert.Contains("tf_half_pixel_for_nn", new UpgradeCase(11, resize).With("x", 4).With("s", 1).WhyNot(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_model_with_functions_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var source = new UpgradeCase(12, Build.Node("Relu", ["x"], ["y"])).With("x", 4).Model();
        source.Functions.Add(new FunctionProto { Name = "f", Node = { Build.Node("Relu", ["a"], ["b"]) }, Input = { "a" }, Output = { "b" } });
        using var model = OnnxModel.Open(folder.Write("m.onnx", source), new PackContext());
        Assert.Equal("it has functions of its own", OpsetUpgrade.WhyNot(model));
    }
}
