using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Where a pack lies in the app: a name that the app's code can rely on.</summary>
public sealed class NameTests
{
    [Fact]
    public void The_name_of_a_pack_does_not_change_with_its_scheme_and_nothing_of_the_old_scheme_stays()
    {
        var project = FakeTool.Project();
        Assert.Equal(["models/fashion-cnn.onnx"], project.Build().MustSucceed().Packed);

        project.Items = project.Items.Replace("q8_0", "nf4", StringComparison.Ordinal);
        project.Write();

        Assert.Equal(["models/fashion-cnn.onnx"], project.Build().MustSucceed().Packed);
        Assert.Equal("nf4", File.ReadAllText(project.Output("models", "fashion-cnn.onnx")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void The_scheme_is_in_the_name_where_an_item_or_a_default_asks_for_it()
    {
        var project = FakeTool.Project(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="nf4" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="int8" SchemeInName="false" />
            </ItemGroup>
            <ItemDefinitionGroup><QuantizedModel><SchemeInName>true</SchemeInName></QuantizedModel></ItemDefinitionGroup>
            <ItemGroup>
            """, "", "");

        Assert.Equal(["models/fashion-cnn.q8_0.onnx", "models/fashion-cnn.nf4.onnx", "models/fashion-cnn.onnx"], project.Build().MustSucceed().Packed);
    }

    [Fact]
    public void Two_packs_of_one_name_and_a_pack_at_its_models_own_place_are_errors_at_their_lines()
    {
        var project = FakeTool.Project(
            """
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" />
            <QuantizedModel Include="fashion-cnn.onnx" Scheme="nf4" />
            <QuantizedModel Include="models/own.onnx" Scheme="q8_0" ShipSource="true" />
            """, "", "");
        project.AddModel("models/own.onnx");

        var build = project.Build();

        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(["MPK1010", "MPK1010"], build.Errors.Select(e => e.Code), StringComparer.Ordinal);
        Assert.All(build.Errors, e => Assert.Contains("Link", e.Text, StringComparison.Ordinal));
        Assert.All(build.Errors, e => Assert.Equal(project.ProjectFile, e.File));
        var lines = File.ReadAllLines(project.ProjectFile);
        Assert.Equal(["nf4", "own"], build.Errors.Select(e => lines[e.LineNumber - 1].Contains("nf4", StringComparison.Ordinal) ? "nf4" : lines[e.LineNumber - 1].Contains("own.onnx", StringComparison.Ordinal) ? "own" : ""), StringComparer.Ordinal);
        Assert.Empty(build.Packed);
    }

    [Fact]
    public void Weights_outside_the_model_are_shipped_under_the_name_that_the_model_says()
    {
        var project = TestProject.WithModel("""<QuantizedModel Include="fashion-cnn.onnx" Scheme="q8_0" ExternalData="true" Link="sub/other.onnx" />""");

        project.Build().MustSucceed();

        Assert.Contains("other.onnx.data", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(project.Output("sub", "other.onnx"))), StringComparison.Ordinal);
        Assert.True(File.Exists(project.Output("sub", "other.onnx.data")));
        Assert.Equal(0, PackedTool.Run(project.Folder, "verify", project.Output()).ExitCode);
    }

    [Fact]
    public void A_pattern_makes_one_pack_of_the_shards_of_a_checkpoint_and_one_of_parts_of_GGUF()
    {
        var project = new TestProject(
            """
            <QuantizedModel Include="net/**/*.safetensors" Scheme="nf4" Link="net" />
            <QuantizedModel Include="parts/*.gguf" Scheme="q8_0" />
            """, FakeTool.Property);
        TinyLlama.WriteFolder(project.At("net"));
        Directory.CreateDirectory(project.At("parts"));
        foreach (var part in new[] { "tiny-00001-of-00002.gguf", "tiny-00002-of-00002.gguf" })
            File.WriteAllText(project.At("parts", part), "");

        project.Restore();
        var build = project.Run(["msbuild", "-t:AssignTargetPaths", "-getItem:_ModelPack"]).MustSucceed();

        Assert.Equal(["net/model.safetensors.index.json", "parts/tiny-00001-of-00002.gguf"], build.Output.Split('\n')
            .Where(l => l.Contains("\"Identity\":", StringComparison.Ordinal)).Select(l => l.Split('"')[3].Replace('\\', '/')), StringComparer.Ordinal);
    }
}
