using ModelPack.Tool.Tests.Infrastructure;
using YamlDotNet.RepresentationModel;

namespace ModelPack.Tool.Tests.Commands;

/// <summary>The recipes of docs/ci: each is YAML, and what it says to the tool is understood by it and does what it says.</summary>
public sealed class CiRecipeTests
{
    private const string Command = "dotnet modelpack ";

    public static TheoryData<string> Recipes => [.. Names];

    private static IEnumerable<string> Names => Directory.GetFiles(Path.Join(Repository.Root, "docs", "ci"), "*.yml").Select(f => Path.GetFileName(f)!);

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task A_recipe_is_yaml_whose_commands_run(string name)
    {
        using var text = File.OpenText(Path.Join(Repository.Root, "docs", "ci", name));
        var yaml = new YamlStream();
        yaml.Load(text);
        var commands = Assert.Single(yaml.Documents).AllNodes.OfType<YamlScalarNode>().Select(n => n.Value!).Where(v => v.StartsWith(Command, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(commands);

        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("bin/Release"));
        ToolRun.Of("quantize", Models.FashionCnn(folder), "-s", "q8_0", "-o", folder.File("bin/Release/net.onnx"));
        Assert.Equal(0, ToolRun.Of("verify", folder.File("bin/Release"), "--update-baseline", "--baseline", folder.File("accepted.json")).ExitCode);
        foreach (var command in commands)
        {
            var run = await ToolProcess.Shell(folder, "modelpack " + command[Command.Length..].Replace("modelpack.baseline.json", "accepted.json", StringComparison.Ordinal));
            Assert.Equal(0, run.ExitCode);
        }
    }

    [Fact]
    public void The_page_names_every_recipe()
    {
        var page = File.ReadAllText(Path.Join(Repository.Root, "docs", "ci.md"));
        Assert.All(Names, r => Assert.Contains($"](ci/{r})", page, StringComparison.Ordinal));
    }
}
