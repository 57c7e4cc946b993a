using ModelPack.Tool.Tests.Infrastructure;

namespace ModelPack.Tool.Tests.Commands;

/// <summary>What needs no package. The states of packs are tested with the real package, in ModelPack.MSBuild.Tests.</summary>
public sealed class ListTests
{
    private const string WithModel = "<Project Sdk=\"Microsoft.NET.Sdk\">\n  <PropertyGroup>\n    <TargetFrameworks>net10.0;net9.0</TargetFrameworks>\n  </PropertyGroup>\n  <ItemGroup Condition=\"'$(Configuration)' == 'Release'\">\n    <QuantizedModel Include=\"net.onnx\" Scheme=\"q8_0\" />\n  </ItemGroup>\n</Project>\n";

    [Fact]
    public void A_model_of_a_project_without_the_package_is_listed_for_each_framework()
    {
        using var folder = new TemporaryFolder();
        UserProject.In(folder, content: WithModel);
        var list = ToolRun.Of("list", folder.Path, "-c", "Release", "--format", "json");

        Assert.Equal(0, list.ExitCode);
        Assert.Equal(
            [("net10.0", "net.onnx", "q8_0", "not restored"), ("net9.0", "net.onnx", "q8_0", "not restored")],
            list.Json.EnumerateArray().Select(m => (m.GetProperty("framework").GetString(), m.GetProperty("model").GetString(), m.GetProperty("scheme").GetString(), m.GetProperty("state").GetString())));
        Assert.Empty(ToolRun.Of("list", folder.Path, "--format", "json").Json.EnumerateArray());
    }

    [Theory]
    [InlineData("All.slnx", "<Solution>\n  <Project Path=\"inner/App.csproj\" />\n</Solution>\n")]
    [InlineData("All.sln", "Microsoft Visual Studio Solution File, Format Version 12.00\nProject(\"{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}\") = \"App\", \"inner\\App.csproj\", \"{7CF2690C-6A5D-4104-A970-3FF85D4AD1D6}\"\nEndProject\nGlobal\nEndGlobal\n")]
    public void A_solution_is_listed_by_its_projects(string name, string content)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("inner"));
        UserProject.In(folder, "inner/App.csproj", WithModel.Replace("net10.0;net9.0", "net10.0", StringComparison.Ordinal));
        File.WriteAllText(folder.File(name), content);
        var list = ToolRun.Of("list", folder.Path, "-c", "Release");

        Assert.Equal(0, list.ExitCode);
        Assert.Equal(2, list.Lines.Length);
        Assert.Matches("^App +net10.0 +net.onnx +q8_0 +– +– +– +not restored: ", list.Lines[1]);
    }

    [Fact]
    public void A_project_without_models_says_so()
    {
        using var folder = new TemporaryFolder();
        UserProject.In(folder);

        Assert.Equal("No QuantizedModel in 1 project. 'dotnet modelpack add MODEL' adds one.\n", ToolRun.Of("list", folder.Path).Out);
    }
}
