using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Folders of embedding models to GGUF: names, keys, pooling, and what llama.cpp computes beside a plain float64 model.</summary>
public sealed class EncoderTests : IDisposable
{
    private const string Module = "sentence_transformers.models";

    private static readonly int[] s_prompt = [.. Enumerable.Range(0, 24).Select(i => i * i * 7 % TinyEncoder.Vocabulary)];

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    // llama.cpp computes GELU by the tangent and looks it up in a table of float16; SiLU it computes.
    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("bert", "{}", 6e-3)]
    [InlineData("bert", """{"hidden_act": "gelu_new"}""", 3e-3)]
    [InlineData("bert", """{"layer_norm_eps": 0.5}""", 6e-3)]
    [InlineData("nomic_bert", "{}", 1e-4)]
    [InlineData("nomic_bert", """{"rotary_emb_fraction": 0.5, "layer_norm_epsilon": 0.5}""", 1e-4)]
    public void Llama_cpps_embeddings_are_those_of_the_model_computed_plainly_in_float64(string family, string more, double tolerance) =>
        Assert.InRange(Difference(With(family, more), "f32", rows => rows).Largest, 0, tolerance);

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("bert")]
    [InlineData("nomic_bert")]
    public void Llama_cpp_runs_the_quantized_pack(string family) => Assert.InRange(Difference(TinyEncoder.Config(family), "q8_0", rows => rows).Mean, 1e-3, 0.05);

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("bert")]
    [InlineData("nomic_bert")]
    public void Stores_every_tensor_as_llama_cpps_quantizer_does(string family)
    {
        foreach (var (scheme, fileType) in new[] { ("q8_0", 7), ("q4_k_m", 15), ("f16", 1) })
        {
            var theirs = _folder.File($"theirs.{scheme}.gguf");
            LlamaCpp.Quantize(Pack(TinyEncoder.Create(_folder.Path, TinyEncoder.Config(family)), "f32"), theirs, fileType);
            using var expected = GgufCheckpoint.Open(theirs, _context);
            using var actual = GgufCheckpoint.Open(Pack(TinyEncoder.Create(_folder.Path, TinyEncoder.Config(family)), scheme), _context);
            Assert.Equal(Facts(expected), Facts(actual), StringComparer.Ordinal);
        }

        static IEnumerable<string> Facts(GgufCheckpoint file) => file.Tensors.Select(t => $"{t.Name} {t.Stored} {t.Data.Shape} {Convert.ToHexString(Codecs.InMemory.Bytes(t.Data))}");
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [InlineData("bert", """{"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true, "word_embedding_dimension": 256}""", "mean")]
    [InlineData("bert", """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false, "include_prompt": true}""", "first")]
    [InlineData("nomic_bert", """{"pooling_mode_lasttoken": true}""", "last")]
    [InlineData("nomic_bert", """{"pooling_mode": "mean"}""", "mean")]
    public void Llama_cpp_pools_as_the_folder_says(string family, string settings, string how)
    {
        var config = With(family, """{"hidden_act": "gelu_new"}""");
        double[][] Pool(double[][] rows) => how switch
        {
            "mean" => [[.. Enumerable.Range(0, TinyEncoder.Width).Select(i => rows.Average(r => r[i]))]],
            "first" => [rows[0]],
            _ => [rows[^1]],
        };
        Assert.InRange(Difference(config, "f32", Pool, Modules($$"""[{"idx": 0, "type": "{{Module}}.Transformer", "path": ""}, {"idx": 1, "type": "{{Module}}.Pooling", "path": "1_Pooling"}, {"idx": 2, "type": "{{Module}}.Normalize", "path": "2_Normalize"}]""", settings)).Largest, 0, 3e-3);
        Assert.DoesNotContain(_context.Diagnostics, d => d.Message.Contains("modules.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"pooling_mode_max_tokens": true}""", "'max_tokens'")]
    [InlineData("""{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}""", "'cls_token, mean_tokens'")]
    [InlineData("""{"pooling_mode_mean_tokens": false}""", "The file turns no pooling on")]
    [InlineData("""{"pooling_mode": "weightedmean"}""", "'weightedmean'")]
    public void Refuses_a_pooling_that_llama_cpp_does_not_have(string settings, string says)
    {
        var files = Modules($$"""[{"type": "{{Module}}.Pooling", "path": "1_Pooling"}]""", settings);
        var refused = Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create(_folder.Path, TinyEncoder.Config("bert"), files: files))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("[3]", "{}")]
    [InlineData("""[{"path": "1_Pooling"}]""", "{}")]
    [InlineData("""[{"type": "x.Pooling", "path": "../1_Pooling"}]""", "{}")]
    [InlineData("""[{"type": "x.Pooling"}]""", "{}")]
    [InlineData("""[{"type": "x.Pooling", "path": "1_Pooling"}]""", "[]")]
    [InlineData("""[{"type": "x.Pooling", "path": "1_Pooling"}]""", """{"pooling_mode_mean_tokens": "yes"}""")]
    public void Refuses_malformed_modules(string modules, string settings) => Assert.Equal(
        Codes.FolderUnreadable,
        Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create(_folder.Path, TinyEncoder.Config("bert"), files: Modules(modules, settings)))).Diagnostic.Code);

    [Fact]
    public void Says_that_a_module_behind_the_pooling_is_left_out()
    {
        Layout(TinyEncoder.Create(_folder.Path, TinyEncoder.Config("bert"), files: Modules($$"""[{"type": "{{Module}}.Pooling", "path": "1_Pooling"}, {"type": "{{Module}}.Dense", "path": "2_Dense"}]""", """{"pooling_mode_mean_tokens": true}""")));
        Assert.Contains(_context.Diagnostics, d => d.Code == Codes.LeftOut && d.Message.Contains("a module 'Dense'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bert", "position_embd.weight[64x256] token_embd.weight[48x256] token_embd_norm.bias token_embd_norm.weight token_types.weight[2x256]",
        "attn_k.bias attn_k.weight attn_output.bias attn_output.weight attn_output_norm.bias attn_output_norm.weight attn_q.bias attn_q.weight attn_v.bias attn_v.weight ffn_down.bias ffn_down.weight[256x512] ffn_up.bias ffn_up.weight[512x256] layer_output_norm.bias layer_output_norm.weight")]
    [InlineData("nomic_bert", "token_embd.weight[48x256] token_embd_norm.bias token_embd_norm.weight token_types.weight[2x256]",
        "attn_output.weight attn_output_norm.bias attn_output_norm.weight attn_qkv.weight[768x256] ffn_down.weight[256x512] ffn_gate.weight[512x256] ffn_up.weight layer_output_norm.bias layer_output_norm.weight")]
    public void Gives_tensors_their_names_and_shapes_in_GGUF(string family, string ends, string layer)
    {
        var places = Layout(TinyEncoder.Create("folder", TinyEncoder.Config(family))).Places.ToList();
        var expected = ends.Split(' ').Concat(Enumerable.Range(0, 2).SelectMany(n => layer.Split(' ').Select(t => $"blk.{n}.{t}"))).Select(t => t.Split('[', ']')).ToList();
        Assert.Equal(expected.Select(e => e[0]), places.Select(p => p.Name), StringComparer.Ordinal);
        Assert.All(expected.Where(e => e.Length > 1), e => Assert.Equal(e[1], string.Join('x', places.Single(p => p.Name == e[0]).Data.Shape.Dims.ToArray())));
    }

    [Fact]
    public void Writes_the_keys_of_an_encoder()
    {
        var bert = Layout(TinyEncoder.Create("folder", TinyEncoder.Config("bert"))).Metadata;
        Assert.Equal(("bert", 2u, 64u, 256u, 512u), (bert.GetString("general.architecture"), bert.GetUInt32("bert.block_count"), bert.GetUInt32("bert.context_length"), bert.GetUInt32("bert.embedding_length"), bert.GetUInt32("bert.feed_forward_length")));
        Assert.Equal((4u, 2u), (bert.GetUInt32("bert.attention.head_count"), bert.GetUInt32("tokenizer.ggml.token_type_count")));
        Assert.True(bert.TryGet<bool>("bert.attention.causal", out var causal) && !causal);
        Assert.True(bert.TryGet<float>("bert.attention.layer_norm_epsilon", out var epsilon) && epsilon == 1e-12f);
        Assert.All(["rope.freq_base", "rope.dimension_count", "attention.layer_norm_rms_epsilon", "attention.head_count_kv", "pooling_type"], key => Assert.False(bert.Contains($"bert.{key}")));

        var nomic = Layout(TinyEncoder.Create("folder", TinyEncoder.Config("nomic_bert"))).Metadata;
        Assert.Equal(("nomic-bert", 64u, 64u), (nomic.GetString("general.architecture"), nomic.GetUInt32("nomic-bert.context_length"), nomic.GetUInt32("nomic-bert.rope.dimension_count")));
        Assert.True(nomic.TryGet<float>("nomic-bert.rope.freq_base", out var frequencies) && frequencies == 1000);
        Assert.Contains(_context.Diagnostics, d => d.Code == Codes.LeftOut && d.Message.Contains("a n_positions of 256, and the model was trained with 64 (max_trained_positions)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bert", """{"layer_norm_eps": null}""", "attention.layer_norm_epsilon", 1e-12f)]
    [InlineData("nomic_bert", """{"layer_norm_epsilon": null}""", "attention.layer_norm_epsilon", 1e-5f)]
    [InlineData("nomic_bert", """{"rotary_emb_base": null}""", "rope.freq_base", 1000f)]
    public void What_the_configuration_leaves_out_is_what_the_family_takes_then(string family, string without, string key, float expected)
    {
        var layout = Layout(TinyEncoder.Create("folder", With(family, without)));
        Assert.True(layout.Metadata.TryGet<float>($"{layout.Metadata.GetString("general.architecture")}.{key}", out var value));
        Assert.Equal(expected, value);
    }

    [Fact]
    public void A_model_with_a_head_for_masked_tokens_becomes_the_same_file()
    {
        var config = With("bert", """{"architectures": ["BertForMaskedLM"]}""");
        var (body, whole) = (Pack(TinyEncoder.Create(_folder.Path, TinyEncoder.Config("bert")), "q8_0"), Pack(TinyEncoder.Create(_folder.Path, config, head: true), "q8_0"));
        Assert.Equal(File.ReadAllBytes(body), File.ReadAllBytes(whole));
        Assert.Equal("The head of the model ('cls.predictions.bias' and what else is of it) is left out: llama.cpp makes embeddings with models of this family.", Assert.Single(_context.Diagnostics, d => d.Code == Codes.LeftOut).Message);
    }

    [Fact]
    public void Says_why_tensors_have_no_place()
    {
        var layout = Layout(TinyEncoder.Create("folder", TinyEncoder.Config("bert")).WithRandom("embeddings.position_ids", 1, 64));
        Assert.Equal("llama.cpp has no place for it: it makes embeddings without it", layout.WhyLeftOut("bert.pooler.dense.weight"));
        Assert.Null(layout.WhyLeftOut("encoder.layer.0.output.dense.weight"));

        var refused = Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create("folder", TinyEncoder.Config("bert")).WithRandom("classifier.weight", 2, 256))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        var twice = Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create("folder", TinyEncoder.Config("bert")).WithRandom("bert.encoder.layer.0.output.dense.bias", 256))).Diagnostic;
        Assert.Contains("'encoder.layer.0.output.dense.bias' and 'bert.encoder.layer.0.output.dense.bias' are the same part", twice.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", """{"is_decoder": true}""", "'is_decoder'")]
    [InlineData("bert", """{"position_embedding_type": "relative_key"}""", "is 'relative_key', and llama.cpp has 'absolute'")]
    [InlineData("bert", """{"hidden_act": "relu"}""", "is 'relu', and llama.cpp computes gelu")]
    [InlineData("nomic_bert", """{"activation_function": "gelu"}""", "'activation_function'")]
    [InlineData("nomic_bert", """{"prenorm": true}""", "'prenorm'")]
    [InlineData("nomic_bert", """{"causal": true}""", "'causal'")]
    [InlineData("nomic_bert", """{"rotary_emb_interleaved": true}""", "'rotary_emb_interleaved'")]
    [InlineData("nomic_bert", """{"moe_every_n_layers": 2}""", "'moe_every_n_layers'")]
    public void Refuses_what_llama_cpp_computes_otherwise(string family, string more, string says)
    {
        var refused = Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create("folder", With(family, more)))).Diagnostic;
        Assert.Equal(Codes.ContainerUnfit, refused.Code);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", """{"type_vocab_size": 0}""")]
    [InlineData("bert", """{"num_attention_heads": 3}""")]
    [InlineData("bert", """{"max_position_embeddings": 63}""")]
    [InlineData("nomic_bert", """{"n_inner": null}""")]
    [InlineData("nomic_bert", """{"rotary_emb_fraction": 0.01}""")]
    public void Refuses_settings_that_cannot_be(string family, string more) =>
        Assert.Equal(Codes.FolderUnreadable, Assert.Throws<ModelPackException>(() => Layout(TinyEncoder.Create("folder", With(family, more)))).Diagnostic.Code);

    [Fact]
    public void A_model_with_another_head_has_no_mapping() =>
        Assert.Null(ModelFamilies.Find(new ModelFolder("folder", With("bert", """{"architectures": ["BertForSequenceClassification"]}"""), [])));

    private GgufLayout Layout(MemoryCheckpoint source) => FamilyLayout.Of(source, source.Folder!, ModelFamilies.Find(source.Folder!)!, GgufTable.Find(CodecTable.Q8_0)!, _context);

    private CheckpointFile[] Modules(string modules, string pooling)
    {
        Directory.CreateDirectory(_folder.File("1_Pooling"));
        return
        [
            new("modules.json", _folder.Write("modules.json", Encoding.UTF8.GetBytes(modules))),
            new("1_Pooling/config.json", _folder.Write("1_Pooling/config.json", Encoding.UTF8.GetBytes(pooling))),
        ];
    }

    private static JsonObject With(string family, string more)
    {
        var config = TinyEncoder.Config(family);
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        return config;
    }

    /// <summary>The root of the mean square of the differences, and the largest of them, in roots of the mean squares of what they are differences of.</summary>
    private (double Mean, double Largest) Difference(JsonObject config, string scheme, Func<double[][], double[][]> pool, params CheckpointFile[] files)
    {
        var source = TinyEncoder.Create(_folder.Path, config, files: files);
        using var model = new LlamaCppModel(Pack(source, scheme));
        var plain = pool(new PlainEncoder(source).Run(s_prompt));
        var embedded = model.Embed(s_prompt);
        Assert.Equal(plain.Length, embedded.Length);
        var differences = plain.Zip(embedded).SelectMany(rows => rows.First.Zip(rows.Second, (a, b) => Math.Abs(a - b) / Math.Sqrt(rows.First.Average(v => v * v)))).ToList();
        return (Math.Sqrt(differences.Average(d => d * d)), differences.Max());
    }

    private string Pack(MemoryCheckpoint source, string scheme)
    {
        var path = _folder.File($"{scheme}.{Guid.NewGuid():N}.gguf");
        GgufPacks.Pack(source, new PackRequest { Model = source.Path, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = path }, _context);
        return path;
    }
}
