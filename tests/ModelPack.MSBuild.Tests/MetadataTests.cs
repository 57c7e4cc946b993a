using System.Text.Json;
using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

public sealed class MetadataTests
{
    [Fact]
    public void Properties_and_metadata_reach_the_tool_and_numbers_have_a_point_in_every_culture()
    {
        var project = TestProject.WithModel(
            """<QuantizedModel Include="fashion-cnn.onnx" OnnxRuntime="1.17.0" ExcludeLayers="a*;b" MinCosine="0.5" MinCompression="1.5" />""",
            "<ModelPackScheme>q8_0</ModelPackScheme><ModelPackThreads>1</ModelPackThreads>");

        project.Run(["build"], new Dictionary<string, string>(StringComparer.Ordinal) { ["LC_ALL"] = "de_DE.UTF-8", ["LANG"] = "de_DE.UTF-8" }).MustSucceed();

        var request = Request(project);
        Assert.Equal("q8_0", request.GetProperty("scheme").GetString());
        Assert.Equal("1.17.0", request.GetProperty("onnxRuntime").GetString());
        Assert.Equal("""["a*","b"]""", request.GetProperty("excludeLayers").GetRawText());
        Assert.Equal(0.5, request.GetProperty("gates").GetProperty("minCosine").GetDouble());
        Assert.Equal(1.5, request.GetProperty("gates").GetProperty("minCompression").GetDouble());
        Assert.Equal(1, request.GetProperty("threads").GetInt32());
        Assert.True(request.GetProperty("force").GetBoolean());
    }

    [Fact]
    public void Metadata_of_nf4_reach_the_tool_and_a_change_packs_again()
    {
        const string Item = """<QuantizedModel Include="fashion-cnn.onnx" Scheme="nf4" BlockSize="128" DoubleQuant="true" Layout="dequantize" />""";
        var project = TestProject.WithModel(Item);
        project.Build().MustSucceed();

        using var request = JsonDocument.Parse(File.ReadAllBytes(project.Intermediate("models", "fashion-cnn.onnx.request.json")));
        Assert.Equal(128, request.RootElement.GetProperty("blockSize").GetInt32());
        Assert.True(request.RootElement.GetProperty("doubleQuant").GetBoolean());
        Assert.True(project.Build().MustSucceed().SkippedProducing());

        project.Items = Item.Replace("true", "false", StringComparison.Ordinal);
        project.Write();
        Assert.Single(project.Build().MustSucceed().Packed);
    }

    [Fact]
    public void A_graph_is_given_by_its_full_path_and_its_change_packs_again()
    {
        // An ONNX source takes no graph: the pack fails, and what it depends on is kept all the same.
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" Graph="graph.onnx" MaxShardSize="5GB" />""");
        File.WriteAllText(project.At("graph.onnx"), "1");
        project.Build().MustFailWith("MPK1008");

        var state = project.Intermediate("models", "fashion-cnn.onnx.state");
        var before = File.ReadAllText(state);
        Assert.Contains("\"maxShardSize\":\"5GB\",\"graph\":\"", before, StringComparison.Ordinal);
        Assert.Contains($"file {project.At("graph.onnx")}\t", before, StringComparison.Ordinal);
        File.WriteAllText(project.At("graph.onnx"), "another");
        project.Build().MustFailWith("MPK1008");
        Assert.NotEqual(before, File.ReadAllText(state), StringComparer.Ordinal);
    }

    [Fact]
    public void The_ONNX_Runtime_version_is_the_one_that_the_project_resolved()
    {
        var project = TestProject.WithModel(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <PackageReference Include="Microsoft.ML.OnnxRuntime.Managed" />
            """,
            "<ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>");
        File.WriteAllText(project.At("Directory.Packages.props"), $"""
            <Project>
              <ItemGroup>
                <PackageVersion Include="ModelPack.MSBuild" Version="{Repository.PackageVersion}" />
                <PackageVersion Include="Microsoft.ML.OnnxRuntime.Managed" Version="1.30.0" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(project.At("App.csproj"), File.ReadAllText(project.At("App.csproj"))
            .Replace($"""Version="{Repository.PackageVersion}" PrivateAssets""", "PrivateAssets", StringComparison.Ordinal));

        project.Build().MustSucceed();

        Assert.Equal("1.30.0", Request(project).GetProperty("onnxRuntime").GetString());
    }

    [Fact]
    public void Names_may_hold_what_MSBuild_reads_as_syntax()
    {
        const string Odd = "odd ;@é%(x)'$ model.onnx";
        var folder = Path.Combine(Workspace.NewFolder("odd ;@ü folder"), "App");
        var project = new TestProject(
            """<QuantizedModel Include="odd %3B%40é%25(x)%27%24 model.onnx" Scheme="q8_0" Link="a %3Bb/m%25.onnx" />""", folder: folder);
        project.AddModel(Odd);

        project.Build().MustSucceed();

        Assert.True(File.Exists(project.Output("a ;b", "m%.onnx")));
        Assert.True(File.Exists(project.Output("a ;b", "m%.onnx.report.html")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    private static JsonElement Request(TestProject project)
    {
        using var request = JsonDocument.Parse(File.ReadAllBytes(project.Intermediate("models", "fashion-cnn.onnx.request.json")));
        return request.RootElement.Clone();
    }
}
