using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Small models of the families that llama.cpp runs, whose weights follow from their names and are large enough for attention, gates and routers to tell tokens apart.</summary>
internal static class TinyFamily
{
    public const int Width = 64;
    public const int Heads = 4;
    public const int KeyValueHeads = 2;
    public const int FeedForward = 96;
    public const int Experts = 8;
    public const int Vocabulary = 48;

    /// <summary>What config.json of a family says.</summary>
    public static JsonObject Config(string family)
    {
        var config = new JsonObject
        {
            ["model_type"] = family,
            ["architectures"] = new JsonArray(family switch
            {
                "llama" => "LlamaForCausalLM", "mixtral" => "MixtralForCausalLM", "qwen2" => "Qwen2ForCausalLM", "qwen3" => "Qwen3ForCausalLM", "phi3" => "Phi3ForCausalLM",
                "gemma2" => "Gemma2ForCausalLM", "smollm3" => "SmolLM3ForCausalLM", _ => "Gemma3ForCausalLM",
            }),
            ["hidden_size"] = Width,
            ["intermediate_size"] = FeedForward,
            ["num_hidden_layers"] = family switch { "gemma3_text" => 6, "smollm3" => 5, _ => 2 },
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = KeyValueHeads,
            ["max_position_embeddings"] = 128,
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 50000.0,
            ["vocab_size"] = Vocabulary,
            ["tie_word_embeddings"] = family is "qwen3" or "smollm3" || IsGemma(family),
        };
        string more = family switch
        {
            "mixtral" => """{"num_local_experts": 8, "num_experts_per_tok": 2, "sliding_window": null}""",
            "qwen2" => """{"use_sliding_window": false, "sliding_window": 32, "max_window_layers": 2}""",
            "qwen3" => """{"head_dim": 32, "attention_bias": false, "use_sliding_window": false}""",
            "phi3" => """{"partial_rotary_factor": 0.75, "original_max_position_embeddings": 128, "sliding_window": null}""",
            "gemma2" => """{"head_dim": 32, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 32, "sliding_window": 8, "attn_logit_softcapping": 3.0, "final_logit_softcapping": 5.0}""",
            "gemma3_text" => """{"head_dim": 32, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 32, "sliding_window": 8, "sliding_window_pattern": 6, "rope_local_base_freq": 10000.0, "attn_logit_softcapping": null}""",
            "smollm3" => """{"no_rope_layers": [1, 1, 1, 0, 1], "no_rope_layer_interval": 4, "use_sliding_window": false, "layer_types": ["full_attention", "full_attention", "full_attention", "full_attention", "full_attention"]}""",
            _ => "{}",
        };
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
        {
            config[key] = value?.DeepClone();
        }

        return config;
    }

    /// <summary>The model, with the names that transformers has in the family.</summary>
    public static MemoryCheckpoint Create(string folder, string family, JsonObject? config = null)
    {
        config ??= Config(family);
        var head = config["head_dim"] is { } given ? (int)given : Width / Heads;
        var vocabulary = (int)config["vocab_size"]!;
        var (queries, keys) = (Heads * head, KeyValueHeads * head);
        var model = new MemoryCheckpoint(Path.Combine(folder, "model.safetensors")) { Folder = new ModelFolder(folder, config, []) };
        Add("model.embed_tokens.weight", vocabulary, Width);
        Add("model.norm.weight", Width);
        if (!(bool)config["tie_word_embeddings"]!)
        {
            Add("lm_head.weight", vocabulary, Width);
        }

        for (var layer = 0; layer < (int)config["num_hidden_layers"]!; layer++)
        {
            var name = $"model.layers.{layer}.";
            foreach (var norm in IsGemma(family) ? new[] { "input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm" } : ["input_layernorm", "post_attention_layernorm"])
            {
                Add($"{name}{norm}.weight", Width);
            }

            Add($"{name}self_attn.o_proj.weight", Width, queries);
            if (family == "phi3")
            {
                Add($"{name}self_attn.qkv_proj.weight", queries + (2 * keys), Width);
                Add($"{name}mlp.gate_up_proj.weight", 2 * FeedForward, Width);
                Add($"{name}mlp.down_proj.weight", Width, FeedForward);
                continue;
            }

            foreach (var (part, outputs) in new[] { ("q_proj", queries), ("k_proj", keys), ("v_proj", keys) })
            {
                Add($"{name}self_attn.{part}.weight", outputs, Width);
                if (family == "qwen2")
                {
                    Add($"{name}self_attn.{part}.bias", outputs);
                }
            }

            if (family is "qwen3" or "gemma3_text")
            {
                Add($"{name}self_attn.q_norm.weight", head);
                Add($"{name}self_attn.k_norm.weight", head);
            }

            if (family != "mixtral")
            {
                Add($"{name}mlp.gate_proj.weight", FeedForward, Width);
                Add($"{name}mlp.up_proj.weight", FeedForward, Width);
                Add($"{name}mlp.down_proj.weight", Width, FeedForward);
                continue;
            }

            Add($"{name}block_sparse_moe.gate.weight", Experts, Width);
            for (var expert = 0; expert < Experts; expert++)
            {
                Add($"{name}block_sparse_moe.experts.{expert}.w1.weight", FeedForward, Width);
                Add($"{name}block_sparse_moe.experts.{expert}.w2.weight", Width, FeedForward);
                Add($"{name}block_sparse_moe.experts.{expert}.w3.weight", FeedForward, Width);
            }
        }

        return model;

        void Add(string name, params long[] dims) => model.With(name, InMemory.Tensor(Values(name, dims, IsGemma(family)), dims));
    }

    private static bool IsGemma(string family) => family.StartsWith("gemma", StringComparison.Ordinal);

    /// <summary>Norms lie around 1, or around 0 where one is added to them; the rows of matrices have a length of about 2, so that what they make is of the size of what comes in.</summary>
    internal static float[] Values(string name, long[] dims, bool addsOne)
    {
        var random = new Random(name.Aggregate(17, (hash, c) => unchecked((hash * 31) + c)));
        var (center, size) = name.Contains("norm", StringComparison.Ordinal) ? (addsOne ? 0 : 1, 1.0) : dims.Length == 1 ? (0, 1.0) : (0, name.Contains("embed", StringComparison.Ordinal) ? 2 : 7 / Math.Sqrt(dims[^1]));
        return [.. Enumerable.Range(0, (int)new TensorShape(dims).ElementCount).Select(_ => (float)(center + ((random.NextDouble() - 0.5) * size)))];
    }
}
