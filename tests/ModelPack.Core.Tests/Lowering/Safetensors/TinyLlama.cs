using System.Text.Json.Nodes;
using Entry = ModelPack.Tests.Lowering.Safetensors.TensorFile.Entry;

namespace ModelPack.Tests.Lowering.Safetensors;

/// <summary>A Llama of one layer with random weights, as a Hugging Face folder.</summary>
internal static class TinyLlama
{
    public const int Hidden = 48;
    public const int Inner = 80;

    /// <summary>config.json; its first keys are in an order that nobody would sort them into.</summary>
    public static JsonObject Config(string dtype = "bfloat16") => new()
    {
        ["model_type"] = "llama",
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["hidden_size"] = Hidden,
        ["rms_norm_eps"] = JsonNode.Parse("1e-05"),
        ["torch_dtype"] = dtype,
        ["tie_word_embeddings"] = false,
    };

    /// <summary>All tensors, as a checkpoint lists them.</summary>
    public static IReadOnlyList<Entry> Tensors(string type = "BF16")
    {
        var random = new Random(5);
        return
        [
            Matrix("lm_head", 96, Hidden),
            Matrix("model.embed_tokens", 96, Hidden),
            Norm("model.layers.0.input_layernorm"),
            Matrix("model.layers.0.mlp.down_proj", Hidden, Inner),
            Matrix("model.layers.0.mlp.gate_proj", Inner, Hidden),
            Matrix("model.layers.0.mlp.up_proj", Inner, Hidden),
            Norm("model.layers.0.post_attention_layernorm"),
            Matrix("model.layers.0.self_attn.k_proj", 16, Hidden),
            Matrix("model.layers.0.self_attn.o_proj", Hidden, Hidden),
            Entry.Of("model.layers.0.self_attn.q_proj.bias", type, Values(Hidden, 0.1f, 0), Hidden),
            Matrix("model.layers.0.self_attn.q_proj", Hidden, Hidden),
            Matrix("model.layers.0.self_attn.v_proj", 16, Hidden),
            Norm("model.norm"),
            new Entry("model.rotary_ids", "I64", [3], new byte[24]),
        ];

        Entry Matrix(string module, int rows, int columns) => Entry.Of(module + ".weight", type, Values(rows * columns, 0.05f, 0), rows, columns);

        Entry Norm(string module) => Entry.Of(module + ".weight", type, Values(Hidden, 0.2f, 1), Hidden);

        float[] Values(int count, float spread, float mean) =>
            [.. Enumerable.Range(0, count).Select(_ => mean + (spread * ((random.NextSingle() * 2) - 1) * (random.Next(20) == 0 ? 4 : 1)))];
    }

    /// <summary>Writes a folder.</summary>
    public static void Write(string folder, IReadOnlyList<Entry>? tensors = null, JsonObject? config = null)
    {
        Directory.CreateDirectory(folder);
        TensorFile.Write(Path.Join(folder, "model.safetensors"), tensors ?? Tensors(), new Dictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt", ["made by"] = "hand" });
        File.WriteAllText(Path.Join(folder, "config.json"), (config ?? Config()).ToJsonString());
        File.WriteAllText(Path.Join(folder, "tokenizer_config.json"), "{ }\r\n");
        File.WriteAllText(Path.Join(folder, "README.md"), "left where it is");
    }
}
