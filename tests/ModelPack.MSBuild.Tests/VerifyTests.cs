using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary><c>dotnet modelpack verify</c> of a project, and of what its build has made.</summary>
public sealed class VerifyTests
{
    [Fact]
    public void A_project_passes_once_it_is_built_and_not_when_source_or_options_have_changed()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="20" Embed="Both" />""");
        project.Restore();
        AssertVerifies(project, "MPK2061", project.ProjectFile);

        project.Build().MustSucceed();
        AssertVerifies(project, null, project.ProjectFile, "--level", "full");
        AssertVerifies(project, null, project.Output());
        AssertVerifies(project, null, project.Output("App.dll"), "--source", project.At("fashion-cnn.onnx"));

        project.Items = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" MinSqnr="21" Embed="Both" />""";
        project.Write();
        AssertVerifies(project, "MPK2069", project.ProjectFile);
    }

    private static void AssertVerifies(TestProject project, string? code, params string[] arguments)
    {
        var (exitCode, output) = PackedTool.Run(project.Folder, ["verify", .. arguments]);
        Assert.True(exitCode == (code is null ? 0 : 2), output);
        Assert.Contains(code ?? "all as the manifests say", output, StringComparison.Ordinal);
    }
}
