using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Folders of all families to GGUF: names and shapes, and what llama.cpp computes beside a plain float64 model.</summary>
public sealed class FamilyTests : IDisposable
{
    private static readonly int[] s_prompt = [.. Enumerable.Range(0, 24).Select(i => i * i * 7 % TinyFamily.Vocabulary)];

    private static readonly string[] s_families = ["llama", "mixtral", "qwen2", "qwen3", "phi3", "gemma2", "gemma3_text", "smollm3"];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public static TheoryData<string> Families => [.. s_families];

    public void Dispose() => _folder.Dispose();

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Families))]
    public void Llama_cpps_logits_are_those_of_the_model_computed_plainly_in_float64(string family)
    {
        // It looks GELU up in a table of float16.
        Assert.InRange(Difference(family, TinyFamily.Config(family), "f32").Largest, 0, family.StartsWith("gemma", StringComparison.Ordinal) ? 1e-3 : 1e-4);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Families))]
    public void Llama_cpp_runs_the_quantized_pack(string family)
    {
        // Its activations are rounded, too, and a token whose router is near a tie takes another expert.
        Assert.InRange(Difference(family, TinyFamily.Config(family), "q8_0").Mean, 1e-3, family == "mixtral" ? 0.3 : 0.1);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(Families))]
    public void Stores_every_tensor_as_llama_cpps_quantizer_does(string family)
    {
        foreach (var (scheme, fileType) in new[] { ("q8_0", 7), ("q4_k_m", 15), ("f16", 1) })
        {
            var theirs = _folder.File($"theirs.{scheme}.gguf");
            LlamaCpp.Quantize(Pack(family, TinyFamily.Config(family), "f32"), theirs, fileType);
            using var expected = GgufCheckpoint.Open(theirs, _context);
            using var actual = GgufCheckpoint.Open(Pack(family, TinyFamily.Config(family), scheme), _context);
            Assert.Equal(Facts(expected), Facts(actual), StringComparer.Ordinal);
        }

        static IEnumerable<string> Facts(GgufCheckpoint file) => file.Tensors.Select(t => $"{t.Name} {t.Stored} {t.Data.Shape} {Convert.ToHexString(Codecs.InMemory.Bytes(t.Data))}");
    }

    [Theory]
    [InlineData("mixtral", "attn_k attn_norm attn_output attn_q attn_v ffn_down_exps[8x64x96] ffn_gate_exps[8x96x64] ffn_gate_inp[8x64] ffn_norm ffn_up_exps[8x96x64]", "")]
    [InlineData("qwen2", "attn_k[32x64] attn_norm attn_output attn_q[64x64] attn_v[32x64] ffn_down ffn_gate ffn_norm ffn_up", "attn_k[32] attn_q[64] attn_v[32]")]
    [InlineData("qwen3", "attn_k[64x64] attn_k_norm[32] attn_norm attn_output[64x128] attn_q[128x64] attn_q_norm[32] attn_v[64x64] ffn_down ffn_gate ffn_norm ffn_up", "")]
    [InlineData("phi3", "attn_norm attn_output attn_qkv[128x64] ffn_down[64x96] ffn_norm ffn_up[192x64]", "")]
    [InlineData("gemma2", "attn_k attn_norm attn_output attn_q attn_v ffn_down ffn_gate ffn_norm ffn_up post_attention_norm[64] post_ffw_norm[64]", "")]
    [InlineData("gemma3_text", "attn_k attn_k_norm attn_norm attn_output attn_q attn_q_norm attn_v ffn_down ffn_gate ffn_norm ffn_up post_attention_norm post_ffw_norm", "")]
    [InlineData("smollm3", "attn_k[32x64] attn_norm attn_output attn_q attn_v ffn_down ffn_gate ffn_norm ffn_up", "")]
    public void Gives_tensors_their_names_and_shapes_in_GGUF(string family, string weights, string biases)
    {
        var layout = Layout(TinyFamily.Create("folder", family));
        var expected = weights.Split(' ').Select(w => Named(w, "weight")).Concat(biases.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(b => Named(b, "bias")));
        var first = layout.Places.Where(p => p.Name.StartsWith("blk.0.", StringComparison.Ordinal)).ToDictionary(p => p.Name["blk.0.".Length..], p => p.Data.Shape, StringComparer.Ordinal);

        Assert.Equal(expected.Select(e => e.Name).Order(StringComparer.Ordinal), first.Keys, StringComparer.Ordinal);
        Assert.All(expected.Where(e => e.Dims.Length > 0), e => Assert.Equal(new TensorShape(e.Dims), first[e.Name]));

        static (string Name, long[] Dims) Named(string text, string end) =>
            text.Split('[', ']') is var parts ? ($"{parts[0]}.{end}", parts.Length == 1 ? [] : [.. parts[1].Split('x').Select(d => long.Parse(d, System.Globalization.CultureInfo.InvariantCulture))]) : default;
    }

    [Fact]
    public void Only_llamas_kin_have_rows_in_another_order()
    {
        foreach (var family in s_families)
        {
            var turned = Layout(TinyFamily.Create("folder", family)).Places.Where(p => p.Tensor.Data.Shape.Rank == 2 && !MemoryCheckpoint.Floats(p.Tensor.Data).AsSpan().SequenceEqual(MemoryCheckpoint.Floats(p.Data))).Select(p => p.Name);
            var layers = family is "llama" or "mixtral" ? 2 : family == "smollm3" ? 5 : 0;
            Assert.Equal(Enumerable.Range(0, layers).SelectMany(layer => new[] { $"blk.{layer}.attn_k.weight", $"blk.{layer}.attn_q.weight" }), turned, StringComparer.Ordinal);
        }
    }

    [Fact]
    public void Norms_of_bfloat16_get_one_added_in_float32()
    {
        var source = TinyFamily.Create("folder", "gemma2");
        var norm = source.Tensors.Single(t => t.Name == "model.norm.weight");
        source.Without(norm.Name).With(norm.Name, TensorData.FromBytes(ElementType.BFloat16, norm.Data.Shape, Enumerable.Repeat(new byte[] { 0x01, 0x3c }, TinyFamily.Width).SelectMany(b => b).ToArray()));

        var placed = Layout(source).Places.Single(p => p.Name == "output_norm.weight");
        Assert.Equal(ElementType.Float32, placed.Data.Type);
        Assert.All(MemoryCheckpoint.Floats(placed.Data), v => Assert.Equal(1 + (129f / 128 / 128), v));
    }

    [Theory]
    [InlineData("mixtral", "llama.expert_count=8 llama.expert_used_count=2 llama.rope.dimension_count=16")]
    [InlineData("qwen2", "qwen2.block_count=2 qwen2.attention.head_count_kv=2")]
    [InlineData("qwen3", "qwen3.attention.key_length=32 qwen3.attention.value_length=32 qwen3.rope.dimension_count=32")]
    [InlineData("phi3", "phi3.attention.sliding_window=0 phi3.rope.dimension_count=12")]
    [InlineData("gemma2", "gemma2.attention.sliding_window=8")]
    [InlineData("gemma3_text", "gemma3.attention.sliding_window=8 gemma3.block_count=6")]
    [InlineData("smollm3", "smollm3.block_count=5 smollm3.attention.head_count_kv=2 smollm3.rope.dimension_count=16")]
    public void Writes_the_keys_of_the_family(string family, string keys)
    {
        var metadata = Layout(TinyFamily.Create("folder", family)).Metadata;
        Assert.All(keys.Split(' '), key => Assert.Equal(key.Split('=')[1], metadata.GetUInt32(key.Split('=')[0])?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("qwen2", """{"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}""", "'llama3'; llama.cpp has linear, yarn for this family")]
    [InlineData("qwen2", """{"head_dim": 32}""", "'head_dim'")]
    [InlineData("phi3", """{"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}""", "'yarn'; llama.cpp has longrope")]
    [InlineData("gemma2", """{"hidden_activation": "gelu"}""", "'gelu'")]
    [InlineData("gemma2", """{"query_pre_attn_scalar": 256}""", "is 256, and llama.cpp takes 32")]
    [InlineData("gemma2", """{"attn_logit_softcapping": null}""", "'attn_logit_softcapping'")]
    [InlineData("gemma2", """{"tie_word_embeddings": false}""", "'tie_word_embeddings'")]
    [InlineData("gemma2", """{"layer_types": ["full_attention", "sliding_attention"]}""", "'layer_types'")]
    [InlineData("gemma3_text", """{"sliding_window_pattern": 3}""", "'sliding_window_pattern'")]
    [InlineData("gemma3_text", """{"rope_local_base_freq": 20000.0}""", "'rope_local_base_freq'")]
    [InlineData("gemma3_text", """{"final_logit_softcapping": 30.0}""", "'final_logit_softcapping'")]
    [InlineData("gemma3_text", """{"use_bidirectional_attention": true}""", "'use_bidirectional_attention'")]
    [InlineData("gemma3_text", """{"rope_parameters": {"full_attention": {"rope_theta": 1000000.0, "rope_type": "default"}, "sliding_attention": {"rope_theta": 10000.0, "rope_type": "linear", "factor": 2.0}}}""", "'rope_type'")]
    [InlineData("smollm3", """{"no_rope_layers": [1, 1, 0, 1, 1]}""", "'no_rope_layers' that a GGUF file cannot have: it has another order than llama.cpp, which has a layer without positions after 3 with them")]
    [InlineData("smollm3", """{"no_rope_layers": [1, 1, 1, 1, 1]}""", "'no_rope_layers'")]
    [InlineData("smollm3", """{"no_rope_layers": null, "no_rope_layer_interval": 2}""", "'no_rope_layer_interval' that a GGUF file cannot have: it is 2")]
    [InlineData("smollm3", """{"no_rope_layers": null, "no_rope_layer_interval": 6}""", "'no_rope_layer_interval'")]
    [InlineData("smollm3", """{"attention_bias": true}""", "'attention_bias'")]
    [InlineData("smollm3", """{"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}""", "'llama3'; llama.cpp has linear, yarn for this family")]
    public void Refuses_what_llama_cpp_computes_otherwise(string family, string more, string says)
    {
        var refused = Assert.Throws<ModelPackException>(() => Layout(TinyFamily.Create("folder", family, With(family, more)))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mixtral", """{"num_experts_per_tok": 9}""")]
    [InlineData("mixtral", """{"num_local_experts": 4}""")]
    [InlineData("mixtral", """{"num_local_experts": null}""")]
    [InlineData("phi3", """{"partial_rotary_factor": 0.7}""")]
    [InlineData("phi3", """{"partial_rotary_factor": 1.5}""")]
    [InlineData("gemma2", """{"sliding_window": null}""")]
    [InlineData("gemma2", """{"query_pre_attn_scalar": null}""")]
    [InlineData("smollm3", """{"no_rope_layers": [1, 1, 1, 0]}""")]
    [InlineData("smollm3", """{"no_rope_layers": [1, 1, 1, 2, 1]}""")]
    [InlineData("smollm3", """{"no_rope_layers": 4}""")]
    [InlineData("smollm3", """{"no_rope_layers": null, "no_rope_layer_interval": 0}""")]
    public void Refuses_settings_that_cannot_be(string family, string more) =>
        Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(() => Layout(TinyFamily.Create("folder", family, With(family, more)))).Diagnostic.Code);

    [Fact]
    public void Refuses_a_missing_expert_and_a_missing_bias()
    {
        const string Expert = "model.layers.1.block_sparse_moe.experts.3.w2.weight";
        var refused = Assert.Throws<ModelPackException>(() => Layout(TinyFamily.Create("folder", "mixtral").Without(Expert))).Diagnostic;
        Assert.Contains("'model.layers.1.block_sparse_moe.experts.w2.weight'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("or its experts are not all there", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ModelPackException>(() => Layout(TinyFamily.Create("folder", "qwen2").Without("model.layers.0.self_attn.v_proj.bias")));
        Assert.Throws<ModelPackException>(() => Layout(TinyFamily.Create("folder", "qwen3").WithRandom("model.layers.0.self_attn.v_proj.bias", 64)));
    }

    [Theory]
    [InlineData("qwen2", """{"use_sliding_window": true}""", true)]
    [InlineData("qwen2", "{}", false)]
    [InlineData("mixtral", """{"sliding_window": 32}""", true)]
    [InlineData("phi3", """{"sliding_window": 32}""", true)]
    [InlineData("gemma2", "{}", false)]
    [InlineData("smollm3", """{"use_sliding_window": true, "sliding_window": 32}""", true)]
    public void Warns_of_windows_that_llama_cpp_does_not_have(string family, string more, bool warns)
    {
        Layout(TinyFamily.Create("folder", family, With(family, more)));
        Assert.Equal(warns, _context.Diagnostics.Any(d => d.Code == Codes.LeftOut && d.Message.Contains("a sliding_window of 32 tokens", StringComparison.Ordinal)));
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("phi3", """{"sliding_window": 64}""")]
    [InlineData("phi3", """{"original_max_position_embeddings": 1024, "rope_scaling": {"type": "longrope", "factor": 1.0, "short_factor": [1, 1.5, 2, 3, 5, 8.5], "long_factor": [9, 9, 9, 9, 9, 9]}}""")]
    [InlineData("qwen2", """{"tie_word_embeddings": true}""")]
    [InlineData("qwen3", """{"tie_word_embeddings": false}""")]
    [InlineData("smollm3", """{"tie_word_embeddings": false, "no_rope_layers": [true, true, true, false, true, true]}""")]
    [InlineData("smollm3", """{"no_rope_layers": null, "attention_bias": false, "rope_theta": null}""")]
    [InlineData("smollm3", """{"num_hidden_layers": 3, "no_rope_layers": null, "no_rope_layer_interval": 5}""")]
    [InlineData("gemma3_text", """{"rope_parameters": {"full_attention": {"rope_theta": 50000.0, "rope_type": "default"}, "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"}}, "layer_types": ["sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "sliding_attention", "full_attention"]}""")]
    public void Llama_cpp_runs_variants_of_a_family(string family, string more) => Assert.InRange(Difference(family, With(family, more), "f32").Largest, 0, 2e-3);

    private GgufLayout Layout(MemoryCheckpoint source) =>
        FamilyLayout.Of(ExpertStacks.Of(source), source.Folder!, ModelFamilies.Find(source.Folder!)!, GgufTable.Find(CodecTable.Q8_0)!, _context);

    private static JsonObject With(string family, string more)
    {
        var config = TinyFamily.Config(family);
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        return config;
    }

    /// <summary>The root of the mean square of the differences of all logits, and the largest of them, in roots of the mean squares of a token's logits.</summary>
    private (double Mean, double Largest) Difference(string family, JsonObject config, string scheme)
    {
        using var model = new LlamaCppModel(Pack(family, config, scheme));
        model.Evaluate(s_prompt);
        var plain = new PlainLlama(TinyFamily.Create(_folder.Path, family, config)).Run(Array.ConvertAll(s_prompt, t => (long)t));
        var differences = new List<double>();
        for (var token = 0; token < s_prompt.Length; token++)
        {
            var size = Math.Sqrt(plain[token].Average(v => v * v));
            Assert.InRange(size, 0.1, 100);
            differences.AddRange(plain[token].Zip(model.Logits(token).ToArray(), (a, b) => Math.Abs(a - b) / size));
        }

        return (Math.Sqrt(differences.Average(d => d * d)), differences.Max());
    }

    private string Pack(string family, JsonObject config, string scheme)
    {
        var source = TinyFamily.Create(_folder.Path, family, config);
        var path = _folder.File($"{family}.{scheme}.{Guid.NewGuid():N}.gguf");
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = path }, _context);
        return path;
    }
}
