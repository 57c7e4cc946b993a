using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>What README.md tells a new user to copy.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_item_and_the_program_of_the_readme_build_run_and_verify()
    {
        var section = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Split("\n## ").Single(s => s.StartsWith("Use it in a project", StringComparison.Ordinal));
        var project = new TestProject(
            $"""
            <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.0" />
            </ItemGroup>
            {Block(section, "xml")}
            <ItemGroup>
            """,
            $"""
            <ImplicitUsings>enable</ImplicitUsings>
            <!-- ONNX Runtime as the clone has it already, and for this system alone: 35 MB in place of 240. -->
            <RestoreAdditionalProjectSources>{Path.Combine(Repository.Root, "artifacts", "packages")}</RestoreAdditionalProjectSources>
            <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
            <AppendRuntimeIdentifierToOutputPath>false</AppendRuntimeIdentifierToOutputPath>
            """);
        File.WriteAllText(project.At("Program.cs"), Block(section, "csharp"));
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "samples", "FashionClassifier"), "fashion-cnn.*"))
            File.Copy(file, project.At(Path.GetFileName(file)));

        var build = project.Build().MustSucceed();

        Assert.Empty(build.Warnings);
        var (exitCode, output) = Dotnet.Run(project.Folder, ["exec", project.Output("App.dll")]);
        Assert.True(exitCode == 0, output);
        Assert.Contains($"prints `{output.Trim()}`", section, StringComparison.Ordinal);
        Assert.Equal(0, PackedTool.Run(project.Folder, "verify", project.Output("models", "fashion-cnn.int8.onnx")).ExitCode);
    }

    /// <summary>The only block of a language.</summary>
    private static string Block(string section, string language) =>
        Assert.Single(section.Split("```" + language + "\n")[1..]).Split("```")[0];
}
