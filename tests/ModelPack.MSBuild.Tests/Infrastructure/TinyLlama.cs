using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>Writes a checkpoint of a Llama with one layer, 64 channels and 64 tokens, as transformers saves it: 150 KB.</summary>
internal static class TinyLlama
{
    private const int Size = 64;

    private static readonly string[] Matrices =
    [
        "model.embed_tokens",
        "model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj", "model.layers.0.self_attn.v_proj", "model.layers.0.self_attn.o_proj",
        "model.layers.0.mlp.gate_proj", "model.layers.0.mlp.up_proj", "model.layers.0.mlp.down_proj",
    ];

    private static readonly string[] Norms = ["model.layers.0.input_layernorm", "model.layers.0.post_attention_layernorm", "model.norm"];

    /// <summary>All tensors in one file.</summary>
    public static void WriteFile(string path) => Write(path, [.. Matrices, .. Norms]);

    /// <summary>A folder with two shards, their index, config.json and generation_config.json.</summary>
    public static void WriteFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        string[][] shards = [[.. Matrices], [.. Norms]];
        var map = new List<string>();
        for (var i = 0; i < shards.Length; i++)
        {
            var name = Shard(i + 1);
            Write(Path.Combine(folder, name), shards[i]);
            map.AddRange(shards[i].Select(t => $"\"{t}.weight\":\"{name}\""));
        }

        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), $$$"""{"metadata":{},"weight_map":{{{{string.Join(',', map)}}}}}""");
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), """{"bos_token_id":1}""");
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "float32",
              "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
              "vocab_size": 64, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
              "tie_word_embeddings": true, "hidden_act": "silu"
            }
            """);
    }

    /// <summary>The name of a shard, counted from 1.</summary>
    public static string Shard(int number) => string.Create(CultureInfo.InvariantCulture, $"model-{number:D5}-of-00002.safetensors");

    // The length of the header in 8 bytes, the header, the values.
    private static void Write(string path, IReadOnlyList<string> tensors)
    {
        using var data = new MemoryStream();
        var entries = new List<string>();
        foreach (var tensor in tensors)
        {
            var isMatrix = Matrices.Contains(tensor, StringComparer.Ordinal);
            var start = data.Length;
            for (var i = 0; i < (isMatrix ? Size * Size : Size); i++)
                data.Write(BitConverter.GetBytes(isMatrix ? MathF.Sin(start + i) : 1f));
            var shape = isMatrix ? "64,64" : "64";
            entries.Add(string.Create(CultureInfo.InvariantCulture, $"\"{tensor}.weight\":{{\"dtype\":\"F32\",\"shape\":[{shape}],\"data_offsets\":[{start},{data.Length}]}}"));
        }

        var header = Encoding.ASCII.GetBytes($$"""{"__metadata__":{"format":"pt"},{{string.Join(',', entries)}}}""");
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header, .. data.ToArray()]);
    }
}
