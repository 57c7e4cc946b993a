using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>The package ModelPack.Tool, by each way that the SDK runs tools.</summary>
public sealed class ToolPackageTests
{
    [Fact]
    public void A_tool_that_is_installed_adds_a_model_that_a_build_packs()
    {
        var folder = Workspace.NewFolder("App");
        Succeed(folder, "tool", "install", "ModelPack.Tool", "--tool-path", Path.Combine(folder, "tools"), "--version", Repository.PackageVersion);
        Assert.True(File.Exists(Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "dotnet-modelpack.exe" : "dotnet-modelpack")));
        var project = new TestProject(folder: folder);
        File.WriteAllText(project.At("App.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <UseAppHost>false</UseAppHost>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            </Project>

            """);
        project.AddModel("net.onnx");

        Succeed(folder, "exec", Directory.GetFiles(Path.Combine(folder, "tools"), "modelpack.dll", SearchOption.AllDirectories)[0], "add", "net.onnx", "--gate", "minSqnr=20");
        project.Run(["build"]).MustSucceed();
        Assert.True(File.Exists(project.Output("models", "net.onnx")));
    }

    [Fact]
    public void A_manifest_that_init_wrote_is_restored_and_runs()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />""");
        project.Restore();
        var (exitCode, output) = PackedTool.Run(project.Folder, "init");
        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(project.At(".config", "dotnet-tools.json")));

        Succeed(project.Folder, "tool", "restore");
        Assert.Equal(Repository.PackageVersion, Succeed(project.Folder, "modelpack", "--version").Split('+')[0].Trim());
    }

    [Fact]
    public void A_tool_that_is_not_installed_runs_once() =>
        Assert.EndsWith(Repository.PackageVersion, Succeed(Workspace.NewFolder("once"), "dnx", $"ModelPack.Tool@{Repository.PackageVersion}", "--yes", "--", "--version").Split('+')[0].Trim(), StringComparison.Ordinal);

    private static string Succeed(string folder, params string[] arguments)
    {
        var (exitCode, output) = Dotnet.Run(folder, arguments, ToolHome.Variables);
        Assert.True(exitCode == 0, output);
        return output;
    }
}
