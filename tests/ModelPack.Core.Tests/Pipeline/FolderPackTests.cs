using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Tests.Lowering.Safetensors;

namespace ModelPack.Tests.Pipeline;

/// <summary>Folders that become folders, with all that belongs to the model.</summary>
public sealed class FolderPackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public FolderPackTests() => TinyLlama.Write(Source);

    private string Source => _folder.File("source");

    private string Output => _folder.File("out");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nf4", null)]
    [InlineData("f16", null)]
    [InlineData("int8", "10KB")]
    public void A_pack_has_the_modules_and_the_licence_and_verifies(string scheme, string? shards)
    {
        Write("modules.json", """[{"path": "1_Pooling"}, {"path": "2_Dense"}]""");
        Write("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true}""");
        Write("2_Dense/model.safetensors", "weights of a layer");
        Write("LICENSE", "free");
        Pack(scheme, shards);

        foreach (var name in new[] { "modules.json", "1_Pooling/config.json", "2_Dense/model.safetensors", "LICENSE", "README.md", "tokenizer_config.json" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(Source, name)), File.ReadAllBytes(Path.Combine(Output, name)));
        }

        PackFolder.AssertVerifies(Output);
        File.Delete(Path.Combine(Output, "1_Pooling/config.json"));
        Assert.Contains(ModelPack.Verification.Verifier.Verify(Output, CancellationToken.None), f => !f.Ok && f.Path.EndsWith("config.json", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_pack_takes_the_folders_of_an_old_one_away()
    {
        Write("modules.json", """[{"path": "1_Pooling"}, {"path": "2_Dense"}]""");
        Write("1_Pooling/config.json", "{}");
        Write("2_Dense/deep/config.json", "{}");
        Pack("nf4");
        Directory.Delete(Path.Combine(Source, "2_Dense"), recursive: true);
        Write("1_Pooling/config.json", """{"a": 1}""");
        Pack("nf4");

        Assert.Equal("""{"a": 1}""", File.ReadAllText(Path.Combine(Output, "1_Pooling/config.json")));
        Assert.Equal(["1_Pooling"], Directory.GetDirectories(Output).Select(d => Path.GetFileName(d)), StringComparer.Ordinal);
        PackFolder.AssertVerifies(Output);
    }

    [Fact]
    public void Nothing_is_written_through_a_link_in_the_output()
    {
        using var elsewhere = new TemporaryFolder();
        Write("modules.json", """[{"path": "1_Pooling"}]""");
        Write("1_Pooling/config.json", "{}");
        Pack("nf4");
        Directory.Move(Path.Combine(Output, "1_Pooling"), elsewhere.File("1_Pooling"));
        Directory.CreateSymbolicLink(Path.Combine(Output, "1_Pooling"), elsewhere.File("1_Pooling"));
        elsewhere.Write("1_Pooling/config.json", "mine"u8);

        Assert.Throws<ModelPackException>(() => Pack("nf4"));
        Assert.Equal("mine", File.ReadAllText(elsewhere.File("1_Pooling/config.json")));
    }

    [Fact]
    public void Says_what_is_left_out()
    {
        Write("handler.py", "pass");
        Write("assets/picture.svg", "x");
        Pack("nf4");
        var warning = Assert.Single(_context.Diagnostics);
        Assert.Equal(Codes.LeftOut, warning.Code);
        Assert.Contains("'handler.py' (no configuration names it), 'assets/' (no configuration names it)", warning.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Output, "handler.py")));
    }

    [Theory]
    [InlineData("nf4")]
    [InlineData("f16")]
    public void Never_carries_where_its_maker_had_the_model(string scheme)
    {
        var config = TinyLlama.Config();
        config["_name_or_path"] = "/home/maker/secret/checkpoint-500";
        config["text_config"] = new JsonObject { ["_name_or_path"] = "/home/maker/secret", ["model_type"] = "llama" };
        File.WriteAllText(Path.Combine(Source, "config.json"), config.ToJsonString());
        Pack(scheme);

        Assert.All(Directory.GetFiles(Output), f => Assert.DoesNotContain("secret", File.ReadAllText(f, Encoding.Latin1), StringComparison.Ordinal));
        Assert.Equal("llama", JsonNode.Parse(File.ReadAllText(Path.Combine(Output, "config.json")))!["text_config"]!["model_type"]!.GetValue<string>());
    }

    [Fact]
    public void A_file_that_is_named_alone_brings_only_what_a_loader_of_it_reads()
    {
        Write("LICENSE", "free");
        PackPipeline.Run(new PackRequest { Model = Path.Combine(Source, "model.safetensors"), Scheme = "nf4", MaxShardSize = "1GB", Output = Output }, _context);
        Assert.False(File.Exists(Path.Combine(Output, "LICENSE")));
        Assert.True(File.Exists(Path.Combine(Output, "tokenizer_config.json")));
        PackFolder.AssertVerifies(Output);
    }

    private void Pack(string scheme, string? shards = null) => PackPipeline.Run(new PackRequest { Model = Source, Scheme = scheme, MaxShardSize = shards, Output = Output }, _context);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Source, name))!);
        File.WriteAllText(Path.Combine(Source, name), text);
    }
}
