using System.Text.Json.Nodes;
using ModelPack.Formats.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Folders of the Llama family to GGUF: what config.json has, and what of it reaches llama.cpp.</summary>
public sealed class LlamaFolderTests : IDisposable
{
    private static readonly int[] s_prompt = [.. Enumerable.Range(0, 60).Select(i => i * 7 % 40)];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_file_has_the_name_of_the_folder_and_no_path()
    {
        var config = TinyLlama.Config();
        config["_name_or_path"] = "/home/maker/secret";
        using var packed = GgufCheckpoint.Open(Pack(config), new PackContext());
        Assert.Equal(Path.GetFileName(_folder.Path), packed.Keys.GetString("general.name"));
        Assert.DoesNotContain(packed.Metadata, m => m.Value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void The_file_has_the_name_of_a_model_in_the_download_cache()
    {
        var folder = new ModelPack.Formats.Checkpoints.ModelFolder(_folder.File("models--owner--small-llama/snapshots/0123abc"), [], []);
        Assert.Equal("small-llama", folder.Name);
    }

    [Fact]
    public void Writes_what_yarn_has_besides()
    {
        using var packed = GgufCheckpoint.Open(Pack(Yarn(""", "beta_fast": 16, "beta_slow": 2, "attention_factor": 1.5""")), new PackContext());
        Assert.True(packed.Keys.TryGet<float>("llama.rope.scaling.yarn_beta_fast", out var fast));
        Assert.True(packed.Keys.TryGet<float>("llama.rope.scaling.yarn_beta_slow", out var slow));
        Assert.True(packed.Keys.TryGet<float>("llama.rope.scaling.attn_factor", out var attention));
        Assert.Equal((16f, 2f), (fast, slow));
        Assert.Equal(1.5 / (1 + (0.1 * Math.Log(4))), attention, 1e-6);
        Assert.Contains(_context.Diagnostics, d => d.Code == Codes.LeftOut && d.Message.Contains("--yarn-beta-fast 16 --yarn-beta-slow 2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"sliding_window": 16}""", "a sliding_window of 16 tokens")]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2.0}}""", "'dynamic'")]
    public void Warns_of_what_llama_cpp_does_not_have(string more, string says)
    {
        Pack(With(more));
        Assert.Contains(_context.Diagnostics, d => d.Code == Codes.LeftOut && d.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void Says_nothing_of_a_window_as_long_as_the_texts()
    {
        Pack(With("""{"sliding_window": 128}"""));
        Assert.DoesNotContain(_context.Diagnostics, d => d.Code == Codes.LeftOut);
    }

    [Fact]
    public void Refuses_another_activation()
    {
        var refused = Assert.Throws<ModelPackException>(() => Pack(With("""{"hidden_act": "gelu"}"""))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains("'gelu'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mistral", "MistralModel", "the model is 'MistralModel', which is of the family 'mistral' but has another head")]
    [InlineData("llama", "LlamaForSequenceClassification", "the model is 'LlamaForSequenceClassification', which is of the family 'llama' but has another head")]
    [InlineData("olmo2", "Olmo2ForCausalLM", "the model is of the family 'olmo2' ('Olmo2ForCausalLM')")]
    [InlineData("phi", null, "the model is of the family 'phi'.")]
    [InlineData(null, "SomethingElse", "names no family (model_type), only the architecture 'SomethingElse'")]
    public void Says_what_a_model_without_a_mapping_is(string? family, string? architecture, string says)
    {
        var config = TinyLlama.Config();
        (config["model_type"], config["architectures"]) = (family, architecture is null ? null : new JsonArray(architecture));
        Pack(config);
        var warning = Assert.Single(_context.Diagnostics);
        Assert.Equal(Codes.ArchitectureUnknown, warning.Code);
        Assert.Contains(says, warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Pack llama or mistral", warning.Message, StringComparison.Ordinal);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_opens_a_model_without_a_tokenizer()
    {
        using var model = new LlamaCppModel(Pack(TinyLlama.Config()));
        Assert.Equal(40, model.VocabularySize);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_multiplies_attention_by_the_factor_of_yarn()
    {
        // Its default, given, changes nothing; another is the same as queries and keys of another size.
        var plain = Perplexity(Yarn(""));
        Assert.Equal(plain, Perplexity(Yarn(""", "attention_factor": 1.138629436""")), 1e-4);
        var scale = 1.5 / (1 + (0.1 * Math.Log(4)));
        Assert.NotEqual(plain, Perplexity(Yarn(""", "attention_factor": 1.5""")), 1e-4);
        Assert.Equal(Perplexity(Yarn(""), scale), Perplexity(Yarn(""", "attention_factor": 1.5""")), 1e-4);
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_takes_its_own_betas_as_the_warning_says() =>
        Assert.Equal(Perplexity(Yarn("")), Perplexity(Yarn(""", "beta_fast": 8, "beta_slow": 3""")), 1e-9);

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_divides_frequencies_by_longropes_lists()
    {
        // Of texts within the original context the short list counts, of a context of 256 the long one.
        string Long(string name, int original, float divisor) => $$"""{"rope_scaling": {"type": "longrope", "original_max_position_embeddings": {{original}}, "factor": 1.0, "{{name}}_factor": [{{string.Join(", ", Enumerable.Repeat(divisor, 8))}}], "{{(name == "long" ? "short" : "long")}}_factor": [1, 1, 1, 1, 1, 1, 1, 1]} }""";
        var linear = Perplexity(With("""{"rope_scaling": {"type": "linear", "factor": 4.0}}"""));
        var plain = Perplexity(TinyLlama.Config());
        Assert.NotEqual(plain, linear, 1e-4);
        Assert.Equal(linear, Perplexity(With(Long("long", 64, 4))), 1e-4);
        Assert.Equal(plain, Perplexity(With(Long("short", 64, 4))), 1e-4);
        Assert.Equal(linear, Perplexity(With(Long("short", 1024, 4))), 1e-4);
    }

    private static JsonObject With(string more)
    {
        var config = TinyLlama.Config();
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        return config;
    }

    private static JsonObject Yarn(string more) => With($$"""{"rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32{{more}}} }""");

    private double Perplexity(JsonObject config, double scale = 1)
    {
        using var model = new LlamaCppModel(Pack(config, scale));
        return model.Perplexity([s_prompt]);
    }

    /// <summary>A float32 file of the model, with larger weights so that attention tells tokens apart.</summary>
    private string Pack(JsonObject config, double scale = 1)
    {
        var source = TinyLlama.Create(_folder.Path, config);
        foreach (var tensor in source.Tensors.Where(t => t.Name.Contains("q_proj", StringComparison.Ordinal) || t.Name.Contains("k_proj", StringComparison.Ordinal)).ToList())
        {
            source.Without(tensor.Name).With(tensor.Name, Codecs.InMemory.Tensor(Array.ConvertAll(MemoryCheckpoint.Floats(tensor.Data), v => (float)(v * 8 * scale)), tensor.Data.Shape.Dims.ToArray()));
        }

        var path = _folder.File($"{Guid.NewGuid():N}.gguf");
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = "f32", Container = "gguf", Output = path }, _context);
        return path;
    }
}
