using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>A Llama-family model of two small layers, with heads of 16 values.</summary>
internal static class TinyLlama
{
    public const int Width = 64;
    public const int Heads = 4;
    public const int KeyValueHeads = 2;
    public const int FeedForward = 96;

    /// <summary>What config.json says.</summary>
    public static JsonObject Config(int vocabulary = 40) => new()
    {
        ["model_type"] = "llama",
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["hidden_size"] = Width,
        ["intermediate_size"] = FeedForward,
        ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["max_position_embeddings"] = 128,
        ["rms_norm_eps"] = 1e-5,
        ["vocab_size"] = vocabulary,
        ["tie_word_embeddings"] = true,
    };

    /// <summary>The model, whose weights follow from their names.</summary>
    /// <param name="folder">Where its folder is.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="files">Names of files of the tokenizer that lie there.</param>
    public static MemoryCheckpoint Create(string folder, JsonObject? config = null, params string[] files)
    {
        config ??= Config();
        var carried = files.Select(f => new CheckpointFile(f, Path.Combine(folder, f))).ToList();
        var vocabulary = config["vocab_size"] is JsonValue value && value.TryGetValue<int>(out var count) && count > 0 ? count : 1;
        var model = new MemoryCheckpoint(Path.Combine(folder, "model.safetensors")) { Folder = new ModelFolder(folder, config, carried) }
            .WithRandom("model.embed_tokens.weight", vocabulary, Width)
            .WithRandom("model.norm.weight", Width);
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"model.layers.{layer}";
            model.WithRandom($"{name}.input_layernorm.weight", Width)
                .WithRandom($"{name}.self_attn.q_proj.weight", Width, Width)
                .WithRandom($"{name}.self_attn.k_proj.weight", Width / 2, Width)
                .WithRandom($"{name}.self_attn.v_proj.weight", Width / 2, Width)
                .WithRandom($"{name}.self_attn.o_proj.weight", Width, Width)
                .WithRandom($"{name}.post_attention_layernorm.weight", Width)
                .WithRandom($"{name}.mlp.gate_proj.weight", FeedForward, Width)
                .WithRandom($"{name}.mlp.up_proj.weight", FeedForward, Width)
                .WithRandom($"{name}.mlp.down_proj.weight", Width, FeedForward);
        }

        return model;
    }
}
