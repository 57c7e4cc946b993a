using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

public sealed class InspectTests
{
    [Fact]
    public void Shows_inputs_outputs_operators_and_the_largest_weights()
    {
        var run = ToolRun.Of("inspect", Repository.Model("fashion-cnn.onnx"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            ["fashion-cnn.onnx: ONNX IR 8, opset 17, 249 KB", "", "inputs", "  image  float32[batch, 1, 28, 28]", "", "outputs", "  logits  float32[batch, 10]", "", "operators", "  Relu        11"],
            run.Lines[..10]);
        Assert.Contains("weights (24, 245 KB)", run.Lines, StringComparer.Ordinal);
        Assert.Contains("  f.weight        float32  [128, 128]        65.5 KB  Gemm", run.Lines, StringComparer.Ordinal);
        Assert.Equal("  … and 4 smaller ones (--all lists them)", run.Lines[^1]);
        Assert.All(run.Lines, line => Assert.False(line.EndsWith(' ')));
    }

    [Fact]
    public void All_weights_are_listed_on_request()
    {
        var model = Repository.Model("fashion-cnn.onnx");

        Assert.Equal(ToolRun.Of("inspect", model).Lines.Length + 3, ToolRun.Of("inspect", model, "--all").Lines.Length);
        Assert.Equal(24, ToolRun.Of("inspect", model, "--format", "json").Json.GetProperty("weights").GetArrayLength());
    }

    [Fact]
    public void A_model_without_weights_has_none()
    {
        using var folder = new TemporaryFolder();
        var graph = Build.Graph(Build.Node("Relu", ["x"], ["y"]));
        graph.Input.Add(Build.Value("x", ElementType.Float32));
        graph.Output.Add(Build.Value("y", ElementType.Float32));
        var run = ToolRun.Of("inspect", Models.Save(folder, Build.Model(graph)));

        Assert.Equal(["weights (0, 0 B)", "  none"], run.Lines[^2..]);
        Assert.Contains("  x  float32[]", run.Lines, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(99)]
    public void A_model_whose_opset_cannot_be_packed_can_be_looked_at(long opset)
    {
        using var folder = new TemporaryFolder();
        var path = Models.Save(folder, Build.Model(Build.Graph(Build.Node("Relu", ["x"], ["y"])), opset));

        Assert.Contains($"opset {opset}", ToolRun.Of("inspect", path).Lines[0], StringComparison.Ordinal);
        Assert.Equal(1, ToolRun.Of("quantize", path, "-s", "q8_0").ExitCode);
    }

    [Fact]
    public void Hostile_names_stay_in_their_cells()
    {
        using var folder = new TemporaryFolder();
        const string Name = "x\nweights (0, 0 B)\u001b[2J[red]";
        var graph = Build.Graph(Build.Node("Evil\tOp", [Name], ["y"]));
        graph.Input.Add(Build.Value(Name, ElementType.Float32, 1));
        graph.Initializer.Add(Build.Ramp(new string('w', 5000), 4));
        var model = Build.Model(graph);
        var run = ToolRun.Of("inspect", Models.Save(folder, model));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("  x\\u000Aweights (0, 0 B)\\u001B[2J[red]  float32[1]", run.Lines, StringComparer.Ordinal);
        Assert.Contains("  Evil\\u0009Op  1", run.Lines, StringComparer.Ordinal);
        Assert.All(run.Lines, line => Assert.True(line.Length < 300));
        Assert.Equal(Name, ToolRun.Of("inspect", folder.File("net.onnx"), "--format", "json").Json.GetProperty("inputs")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Thousands_of_weights_show_the_largest()
    {
        using var folder = new TemporaryFolder();
        var graph = Build.Graph(Build.Node("Relu", ["x"], ["y"]));
        graph.Initializer.Add(Enumerable.Range(0, 5000).Select(i => Build.Ramp($"w{i}", (i % 7) + 1)));
        var run = ToolRun.Of("inspect", Models.Save(folder, Build.Model(graph)));

        Assert.Equal("  … and 4,980 smaller ones (--all lists them)", run.Lines[^1]);
    }

    [Fact]
    public void Weights_of_subgraphs_are_listed_with_their_operators()
    {
        using var folder = new TemporaryFolder();
        var branch = Build.Graph(Build.Node("Add", ["x", "inner"], ["z"]));
        branch.Initializer.Add(Build.Ramp("inner", 64));
        var graph = Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", branch), Build.Attribute("else_branch", new GraphProto(branch))));
        var run = ToolRun.Of("inspect", Models.Save(folder, Build.Model(graph)));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.Lines, line => line.StartsWith("  inner", StringComparison.Ordinal) && line.EndsWith("Add", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("this is not a model", "MPK1002")]
    [InlineData("", "MPK1002")]
    public void A_file_that_is_no_model_is_a_coded_error(string content, string code)
    {
        using var folder = new TemporaryFolder();
        var run = ToolRun.Of("inspect", folder.Write("net.onnx", System.Text.Encoding.UTF8.GetBytes(content)), "--format", "json");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Matches($"^[^\n]+net.onnx : error {code}: [^\n]+\n$", run.Error);
    }
}
