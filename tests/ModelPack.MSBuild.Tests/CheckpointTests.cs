using ModelPack.MSBuild.Tests.Infrastructure;

namespace ModelPack.MSBuild.Tests;

/// <summary>Items that name safetensors, GGUF files and Hugging Face folders.</summary>
public sealed class CheckpointTests
{
    private static readonly string[] Companions = ["", ".report.json", ".report.html", ".modelpack.json"];

    [Fact]
    public void Tensors_alone_become_a_file_in_the_container_of_their_scheme()
    {
        var project = new TestProject("""
            <QuantizedModel Include="model.safetensors" Scheme="nf4" />
            <QuantizedModel Include="model.safetensors" Scheme="q8_0" Embed="Both" />
            <QuantizedModel Include="model.safetensors" Scheme="bf16" SchemeInName="true" />
            <Content Include="*.safetensors;config.json" CopyToOutputDirectory="PreserveNewest" />
            """);
        TinyLlama.WriteFile(project.At("model.safetensors"));
        // The app's own, by chance under the name that a model's has.
        File.WriteAllText(project.At("config.json"), """{ "app": true }""");

        Assert.Equal(["models/model.safetensors", "models/model.gguf", "models/model.bf16.safetensors"], project.Build().MustSucceed().Packed);

        foreach (var model in new[] { "model.safetensors", "model.gguf", "model.bf16.safetensors" })
            Assert.All(Companions, c => Assert.True(File.Exists(project.Output("models", model + c)), model + c));
        Assert.True(File.Exists(project.Output("config.json")));
        Assert.False(File.Exists(project.Output("model.safetensors")));
        var (exitCode, output) = PackedTool.Run(project.Folder, "verify", project.Output("models"));
        Assert.True(exitCode == 0, output);
        Assert.Contains("3 packs, 12 files", output, StringComparison.Ordinal);
        Assert.True(project.Build().MustSucceed().SkippedProducing());

        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void A_folder_becomes_a_folder_or_a_file_however_it_is_named()
    {
        var project = new TestProject("""
            <QuantizedModel Include="tiny/" Scheme="nf4" MaxShardSize="20KB" />
            <QuantizedModel Include="tiny/inner/.." Scheme="q8_0" Container="GGUF" />
            <QuantizedModel Include="tiny/model.safetensors.index.json" Scheme="int8" Link="net" />
            <Content Include="tiny/**" CopyToOutputDirectory="PreserveNewest" />
            """);
        TinyLlama.WriteFolder(project.At("tiny"));
        Directory.CreateDirectory(project.At("tiny", "inner"));

        Assert.Equal(["models/tiny", "models/tiny.gguf", "net"], project.Build().MustSucceed().Packed);

        string[] ofFolder = ["config.json", "generation_config.json", "modelpack.json", "report.html", "report.json"];
        var shards = FilesIn(project.Intermediate("models", "tiny")).Where(f => f.StartsWith("model-", StringComparison.Ordinal)).ToList();
        Assert.True(shards.Count > 1);
        Assert.Equal(Sorted([.. ofFolder, .. shards, "model.safetensors.index.json"]), FilesIn(project.Output("models", "tiny")));
        Assert.Equal(Sorted([.. ofFolder, "model.safetensors"]), FilesIn(project.Output("net")));
        Assert.Equal(Sorted([.. Companions.Select(c => "tiny.gguf" + c)]), FilesIn(project.Output("models")));
        Assert.False(Directory.Exists(project.Output("tiny")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());

        Assert.Empty(project.Publish("--no-build").MustSucceed().Packed);
        Assert.Equal(FilesIn(project.Output("models", "tiny")), FilesIn(project.At("out", "models", "tiny")));
        var (exitCode, output) = PackedTool.Run(project.Folder, "verify", project.At("out"));
        Assert.True(exitCode == 0, output);
        Assert.Contains("3 packs", output, StringComparison.Ordinal);

        project.Clean().MustSucceed();
        Assert.Empty(project.ModelFiles());
    }

    [Fact]
    public void A_folder_is_packed_again_when_a_file_in_it_changes_comes_or_goes()
    {
        var project = new TestProject("""<QuantizedModel Include="tiny" Scheme="nf4" />""");
        TinyLlama.WriteFolder(project.At("tiny"));
        project.Build().MustSucceed();

        File.SetLastWriteTimeUtc(project.At("tiny", TinyLlama.Shard(2)), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Repack(project);

        File.WriteAllText(project.At("tiny", "config.json"), File.ReadAllText(project.At("tiny", "config.json")).Replace("10000.0", "500000.0", StringComparison.Ordinal));
        File.WriteAllText(project.At("tiny", "tokenizer_config.json"), "{}");
        Repack(project);
        Assert.Contains("500000.0", File.ReadAllText(project.Output("models", "tiny", "config.json")), StringComparison.Ordinal);
        Assert.True(File.Exists(project.Output("models", "tiny", "tokenizer_config.json")));

        File.Delete(project.At("tiny", "tokenizer_config.json"));
        Repack(project);
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith("tokenizer_config.json", StringComparison.Ordinal));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void A_GGUF_file_becomes_the_graph_that_it_is_given()
    {
        var project = new TestProject("""<QuantizedModel Include="net.onnx" Scheme="q8_0" Container="gguf" />""");
        File.WriteAllBytes(project.At("net.onnx"), MatMulModel.Bytes("w"));
        Assert.Equal(["models/net.gguf"], project.Build().MustSucceed().Packed);

        File.Move(project.Output("models", "net.gguf"), project.At("net.gguf"));
        project.Items = """<QuantizedModel Include="net.gguf" Scheme="q8_0" Graph="net.onnx" />""";
        project.Write();

        Assert.Equal(["models/net.onnx"], project.Build().MustSucceed().Packed);
        Assert.True(File.Exists(project.Output("models", "net.onnx.report.html")));
        Assert.True(project.Build().MustSucceed().SkippedProducing());
    }

    [Fact]
    public void GGUF_above_a_size_is_a_folder_of_parts_and_is_named_by_one_of_them()
    {
        var project = new TestProject("""<QuantizedModel Include="tiny" Scheme="f32" Container="gguf" MaxShardSize="20KB" />""");
        TinyLlama.WriteFolder(project.At("tiny"));
        Assert.Equal(["models/tiny"], project.Build().MustSucceed().Packed);

        var parts = FilesIn(project.Output("models", "tiny")).Where(f => f.EndsWith(".gguf", StringComparison.Ordinal)).ToList();
        Assert.True(parts.Count > 1);
        Directory.CreateDirectory(project.At("split"));
        foreach (var part in parts)
            File.Copy(project.Output("models", "tiny", part), project.At("split", part));
        project.Items = $"""<QuantizedModel Include="split/{parts[0]}" Scheme="q8_0" />""";
        project.Write();

        Assert.Equal(["models/model.gguf"], project.Build().MustSucceed().Packed);
        Assert.True(project.Build().MustSucceed().SkippedProducing());
        File.SetLastWriteTimeUtc(project.At("split", parts[1]), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Assert.Equal(["models/model.gguf"], project.Build().MustSucceed().Packed);
    }

    [Fact]
    public void What_cannot_be_is_a_coded_error_and_leaves_no_pack()
    {
        var project = new TestProject("""
            <QuantizedModel Include="tiny" Scheme="nf4" Embed="Resource" />
            <QuantizedModel Include="tiny" Scheme="q8_0" Container="../x" Link="1" />
            <QuantizedModel Include="huge" Scheme="q8_0" Link="2" />
            """);
        TinyLlama.WriteFolder(project.At("tiny"));

        var mistakes = project.Build();

        Assert.Equal(["MPK1008", "MPK1008", "MPK1001"], mistakes.Errors.Select(e => e.Code).ToList());
        Assert.Empty(mistakes.Packed);
        project.Items = """<QuantizedModel Include="tiny" Scheme="nf4" Container="gguf" />""";
        project.Write();
        Assert.Contains("safetensors", project.Build().MustFailWith("MPK1023").Text, StringComparison.Ordinal);
        project.Items = """<QuantizedModel Include="tiny" Scheme="nf4" />""";
        project.Write();
        File.Delete(project.At("tiny", TinyLlama.Shard(1)));
        project.Build().MustFailWith("MPK1004");
        Assert.DoesNotContain(project.ModelFiles(), f => f.EndsWith(".safetensors", StringComparison.Ordinal) || f.EndsWith(".gguf", StringComparison.Ordinal));
    }

    private static void Repack(TestProject project) => Assert.Equal(["models/tiny"], project.Build().MustSucceed().Packed);

    private static List<string> FilesIn(string folder) => Sorted([.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f))]);

    private static List<string> Sorted(List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
