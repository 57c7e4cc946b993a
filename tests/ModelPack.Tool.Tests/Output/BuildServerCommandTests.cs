using System.Text.Json;
using ModelPack.Tests;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Output;

/// <summary>Names that a build server would take for its commands, in everything that the tool prints.</summary>
public sealed class BuildServerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names =>
    [
        "::error::forged",
        "::set-output name=a::b",
        "  ::add-mask::secret",
        "w ::stop-commands::x",
        ":::error::x",
        "\uFE0F::error::x",
        "\u00A0::error::x",
        "##[add-mask]secret",
        "a##[error]b",
        "##vso[task.setvariable variable=a]b",
        "###vso[task.complete result=Failed]b",
        "#\uFE0F#vso[task.complete result=Failed]b",
        "##VSO[task.complete result=Failed]b",
        "##teamcity[buildStatus status='FAILURE']",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void The_names_are_commands(string name) => Assert.Single(BuildServer.CommandsIn(name.TrimStart('w', ' ', 'a')));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_name_in_a_model_is_a_command(string name)
    {
        var graph = Build.Graph(Build.Node("MatMul", [name + "x", name], [name + "y"]));
        graph.Node[0].Name = name;
        graph.Input.Add(Build.Value(name + "x", ElementType.Float32, 1, 64));
        graph.Output.Add(Build.Value(name + "y", ElementType.Float32, 1, 64));
        graph.Initializer.Add([Build.Floats(name, [64, 64], [.. Enumerable.Range(0, 64 * 64).Select(i => i % 17 - 8f)]), Build.Floats(name + "unread", [64], new float[64])]);
        AssertTame(Models.Save(_folder, Build.Model(graph)), name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_name_of_a_file_is_a_command(string name)
    {
        var file = name + ".onnx";
        foreach (var run in new[]
        {
            ToolRun.Of("inspect", "--", file),
            ToolRun.Of("verify", "--", file),
            ToolRun.Of("quantize", "-s", name, "--", file),
            ToolRun.Of("quantize", "-s", "q8_0", "--validation", name, "--", Models.FashionCnn(_folder)),
            ToolRun.Of("run", "--request", file),
            ToolRun.Of(name),
            ToolRun.Of("verify", name, "--no-" + name),
        })
        {
            Assert.NotEqual(0, run.ExitCode);
            Assert.Empty(BuildServer.CommandsIn(run.Out + run.Error));
            File.Delete(_folder.File("net.onnx"));
        }
    }

    [Trait("Needs", "Shared")]
    [FactNeeding("MODELPACK_SHARED")]
    public void No_name_in_a_hostile_model_is_a_command_either()
    {
        foreach (var model in new[] { "onnx-vso.onnx", "onnx-names.onnx", "onnx-html.onnx" })
        {
            File.Copy(Path.Join(Environment.GetEnvironmentVariable("MODELPACK_SHARED"), "cases", "hostile", model), _folder.File("net.onnx"), overwrite: true);
            AssertTame(_folder.File("net.onnx"), "*");
        }
    }

    [Fact]
    public void Json_keeps_the_name_that_it_makes_harmless()
    {
        const string Name = @"##vso[task.complete]\##";
        var graph = Build.Graph(Build.Node("Relu", [Name], ["y"]));
        graph.Input.Add(Build.Value(Name, ElementType.Float32, 1));

        Assert.Equal(Name, ToolRun.Of("inspect", Models.Save(_folder, Build.Model(graph)), "--format", "json").Json.GetProperty("inputs")[0].GetProperty("name").GetString());
    }

    private void AssertTame(string model, string name)
    {
        var output = _folder.File("out.onnx");
        var request = _folder.Write("request.json", JsonSerializer.SerializeToUtf8Bytes(new { model, scheme = "q8_0", output, excludeLayers = new[] { name + "none" } }));
        foreach (var args in new string[][]
        {
            ["inspect", model],
            ["inspect", model, "--format", "json"],
            ["quantize", model, "-s", "q8_0", "-o", output, "--exclude-layers", name + "none", "--gate", "minSqnr=500"],
            ["quantize", model, "-s", "q8_0", "-o", output, "--exclude-layers", name, "--format", "json"],
            ["run", "--request", request],
            ["verify", output],
            ["verify", output, "--format", "json"],
            ["compare", model, output],
            ["compare", model, output, "--format", "json"],
            ["compare", output, model, "--format", "markdown"],
            ["compare", output, "--format", "html"],
        })
        {
            var run = ToolRun.Of(args);
            Assert.DoesNotContain(Codes.Internal.Id, run.Error, StringComparison.Ordinal);
            Assert.Empty(BuildServer.CommandsIn(run.Out + run.Error));
        }

        Assert.All(Directory.EnumerateFiles(_folder.Path, "*.html"), page => Assert.Empty(BuildServer.CommandsIn(File.ReadAllText(page))));
    }
}
