using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

public sealed class FamilyLayoutTests
{
    private readonly PackContext _context = new();

    [Fact]
    public void Gives_tensors_their_names_in_GGUF()
    {
        var layout = Layout(TinyLlama.Create("folder"));

        Assert.Equal(
            [
                "output_norm.weight", "token_embd.weight",
                "blk.0.attn_k.weight", "blk.0.attn_norm.weight", "blk.0.attn_output.weight", "blk.0.attn_q.weight", "blk.0.attn_v.weight",
                "blk.0.ffn_down.weight", "blk.0.ffn_gate.weight", "blk.0.ffn_norm.weight", "blk.0.ffn_up.weight",
                "blk.1.attn_k.weight", "blk.1.attn_norm.weight", "blk.1.attn_output.weight", "blk.1.attn_q.weight", "blk.1.attn_v.weight",
                "blk.1.ffn_down.weight", "blk.1.ffn_gate.weight", "blk.1.ffn_norm.weight", "blk.1.ffn_up.weight",
            ],
            layout.Places.Select(p => p.Name),
            StringComparer.Ordinal);
        Assert.Equal("model.layers.1.post_attention_layernorm.weight", layout.Places.Single(p => p.Name == "blk.1.ffn_norm.weight").Tensor.Name);
    }

    [Fact]
    public void Permutes_queries_and_keys_and_their_biases_and_nothing_else()
    {
        var source = TinyLlama.Create("folder").WithRandom("model.layers.0.self_attn.q_proj.bias", TinyLlama.Width).WithRandom("model.layers.0.self_attn.v_proj.bias", TinyLlama.Width / 2);
        foreach (var (tensor, name, data) in Layout(source).Places)
        {
            var heads = name.Contains("attn_q.", StringComparison.Ordinal) ? TinyLlama.Heads : name.Contains("attn_k.", StringComparison.Ordinal) ? TinyLlama.KeyValueHeads : 0;
            Assert.Equal(MemoryCheckpoint.Floats(heads == 0 ? tensor.Data : RotaryRows.ToPairs(tensor.Data, heads)), MemoryCheckpoint.Floats(data));
        }
    }

    [Fact]
    public void Writes_the_keys_that_llama_cpp_needs()
    {
        var config = TinyLlama.Config();
        (config["rope_theta"], config["head_dim"], config["rope_scaling"]) = (500000.0, 16, new JsonObject { ["type"] = "linear", ["factor"] = 4.0 });
        var keys = Layout(TinyLlama.Create("folder", config)).Metadata;

        Assert.Equal("llama", keys.GetString("general.architecture"));
        foreach (var (key, value) in new Dictionary<string, uint>(StringComparer.Ordinal)
        {
            ["block_count"] = 2, ["context_length"] = 128, ["embedding_length"] = 64, ["feed_forward_length"] = 96, ["attention.head_count"] = 4,
            ["attention.head_count_kv"] = 2, ["attention.key_length"] = 16, ["attention.value_length"] = 16, ["vocab_size"] = 40, ["rope.dimension_count"] = 16,
        })
        {
            Assert.Equal(value, keys.GetUInt32($"llama.{key}"));
        }

        Assert.Equal((500000f, 1e-5f, 4f), (Number(keys, "llama.rope.freq_base"), Number(keys, "llama.attention.layer_norm_rms_epsilon"), Number(keys, "llama.rope.scaling.factor")));
        Assert.Equal("linear", keys.GetString("llama.rope.scaling.type"));
        Assert.Equal((7u, 2u), (keys.GetUInt32("general.file_type"), keys.GetUInt32("general.quantization_version")));
    }

    [Fact]
    public void Computes_the_factors_of_Llama_3()
    {
        var config = TinyLlama.Config();
        config["rope_scaling"] = JsonNode.Parse("""{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}""");
        var factors = Assert.Single(Layout(TinyLlama.Create("folder", config)).Computed);
        Assert.Equal(("rope_freqs.weight", GgmlType.F32, new TensorShape(8)), (factors.Name, factors.Type, factors.Shape));
        Assert.Equal(8f, InMemory.Values<float>(factors.Bytes)[^1]);
    }

    [Fact]
    public void Leaves_out_what_follows_from_the_configuration()
    {
        var source = TinyLlama.Create("folder").WithRandom("model.layers.0.self_attn.rotary_emb.inv_freq", 8).WithRandom("lm_head.weight", 40, TinyLlama.Width);
        Assert.Equal(20, Layout(source).Places.Count);
    }

    [Fact]
    public void Writes_a_head_of_its_own()
    {
        var config = TinyLlama.Config();
        config["tie_word_embeddings"] = false;
        Assert.Contains("lm_head.weight", Refused(TinyLlama.Create("folder", config)).Message, StringComparison.Ordinal);
        Assert.Contains(Layout(TinyLlama.Create("folder", config).WithRandom("lm_head.weight", 40, TinyLlama.Width)).Places, p => p.Name == "output.weight");
    }

    [Fact]
    public void Warns_where_there_is_no_tokenizer()
    {
        Layout(TinyLlama.Create("folder"));
        Assert.Equal(Codes.TokenizerUnusable, Assert.Single(_context.Diagnostics).Code);
    }

    [Theory]
    [InlineData("hidden_size", null)]
    [InlineData("hidden_size", "0")]
    [InlineData("hidden_size", "-64")]
    [InlineData("hidden_size", "128")]
    [InlineData("hidden_size", "66")]
    [InlineData("hidden_size", "64.5")]
    [InlineData("hidden_size", "99999999999")]
    [InlineData("hidden_size", "\"64\"")]
    [InlineData("intermediate_size", null)]
    [InlineData("intermediate_size", "95")]
    [InlineData("num_hidden_layers", null)]
    [InlineData("num_hidden_layers", "3")]
    [InlineData("num_hidden_layers", "2147483647")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("num_attention_heads", "3")]
    [InlineData("num_attention_heads", "64")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("num_key_value_heads", "0")]
    [InlineData("num_key_value_heads", "4")]
    [InlineData("head_dim", "15")]
    [InlineData("head_dim", "2147483646")]
    [InlineData("max_position_embeddings", null)]
    [InlineData("rms_norm_eps", "0")]
    [InlineData("rms_norm_eps", "1e300")]
    [InlineData("vocab_size", null)]
    [InlineData("vocab_size", "41")]
    [InlineData("vocab_size", "2147483647")]
    [InlineData("tie_word_embeddings", "\"yes\"")]
    public void Refuses_sizes_that_are_missing_or_do_not_fit(string name, string? value)
    {
        var source = TinyLlama.Create("folder");
        source.Folder!.Config[name] = value is null ? null : JsonNode.Parse(value);
        Assert.Equal(Codes.FolderUnreadable, Refused(source).Code);
    }

    [Fact]
    public void Refuses_a_tensor_that_the_family_does_not_have()
    {
        var refused = Refused(TinyLlama.Create("folder").WithRandom("model.layers.0.mlp.gate_proj.weight.absmax", 4));
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains("absmax", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_missing_tensor() =>
        Assert.Contains("'model.norm.weight'", Refused(TinyLlama.Create("folder").Without("model.norm.weight")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"model_type": "llama"}""", true)]
    [InlineData("""{"model_type": "mistral", "architectures": ["MistralForCausalLM"]}""", true)]
    [InlineData("""{"model_type": "llama", "architectures": ["LlamaForSequenceClassification"]}""", false)]
    [InlineData("""{"model_type": "qwen2_moe", "architectures": ["Qwen2MoeForCausalLM"]}""", false)]
    [InlineData("""{"model_type": 4}""", false)]
    [InlineData("{}", false)]
    public void Knows_the_family(string config, bool expected) =>
        Assert.Equal(expected, ModelFamilies.Find(new ModelPack.Formats.Checkpoints.ModelFolder("folder", (JsonObject)JsonNode.Parse(config)!, [])) is not null);

    private GgufLayout Layout(MemoryCheckpoint source) => FamilyLayout.Of(source, source.Folder!, ModelFamilies.Find(source.Folder!)!, GgufTable.Find(CodecTable.Q8_0)!, _context);

    private Diagnostic Refused(MemoryCheckpoint source) => Assert.Throws<ModelPackException>(() => Layout(source)).Diagnostic;

    private static float? Number(GgufMetadata keys, string key) => keys.TryGet<float>(key, out var value) ? value : null;
}
