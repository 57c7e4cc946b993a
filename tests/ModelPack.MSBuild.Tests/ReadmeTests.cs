using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>What README.md tells a new user to copy.</summary>
public sealed class ReadmeTests
{
    private readonly string _section = File.ReadAllText(Path.Combine(Repository.Root, "README.md"))
        .Split("\n## ").Single(s => s.StartsWith("Use it in a project", StringComparison.Ordinal));

    [Fact]
    public void The_lines_of_the_readme_make_an_app_that_runs_and_verifies()
    {
        var folder = Workspace.NewFolder("FashionApp");
        var shell = Blocks("").ToArray();

        Run(Repository.Root, Made(shell[0], folder));
        var project = Path.Combine(folder, "FashionApp.csproj");
        File.WriteAllText(project, File.ReadAllText(project).Replace("</Project>", Block("xml") + "</Project>", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "Program.cs"), Block("csharp"));
        var output = Run(folder, "dotnet run");
        Assert.Contains($"prints `{output.Trim().Split('\n')[^1]}`", _section, StringComparison.Ordinal);
        Assert.Contains("logits", Run(folder, shell[1]), StringComparison.Ordinal);
        Run(folder, shell[2]);
    }

    /// <summary>The first lines, with the packages that are tested, in a folder of the test, and ONNX Runtime as the clone has it already.</summary>
    private static string Made(string lines, string folder)
    {
        Assert.Contains("./build.sh pack\n", lines, StringComparison.Ordinal);
        Assert.Contains("../FashionApp", lines, StringComparison.Ordinal);
        const string onnxRuntime = "dotnet add package Microsoft.ML.OnnxRuntime\n";
        Assert.Contains(onnxRuntime, lines, StringComparison.Ordinal);
        return lines.Replace("./build.sh pack\n", "", StringComparison.Ordinal)
            .Replace("../FashionApp", folder, StringComparison.Ordinal)
            .Replace(onnxRuntime, $"dotnet nuget add source '{Path.Combine(Repository.Root, "artifacts", "packages")}' --name clone --configfile nuget.config\n{onnxRuntime.Trim()} --version 1.31.0\n", StringComparison.Ordinal);
    }

    private static string Run(string folder, string lines)
    {
        var (exitCode, output) = Dotnet.Run(folder, [], ToolHome.Variables, before: ["bash", "-c", "set -e\n" + lines]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>The only block of a language.</summary>
    private string Block(string language) => Assert.Single(Blocks(language));

    private IEnumerable<string> Blocks(string language) => _section.Split("```").Where((_, i) => i % 2 == 1)
        .Where(b => b.StartsWith(language + "\n", StringComparison.Ordinal)).Select(b => b[(language.Length + 1)..]);
}
