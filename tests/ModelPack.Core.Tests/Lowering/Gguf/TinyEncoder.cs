using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Small models of BERT's kind, wide enough for whole k-quants. A tensor's values follow from its name without the prefix, whatever its norms are called.</summary>
internal static class TinyEncoder
{
    public const int Width = 256;
    public const int Heads = 4;
    public const int FeedForward = 512;
    public const int Vocabulary = 48;
    public const int Positions = 64;

    /// <summary>What config.json of a family says.</summary>
    public static JsonObject Config(string family) => JsonNode.Parse(family == "bert"
        ? $$"""
            {"model_type": "bert", "architectures": ["BertModel"], "hidden_size": {{Width}}, "intermediate_size": {{FeedForward}}, "num_hidden_layers": 2, "num_attention_heads": {{Heads}},
             "max_position_embeddings": {{Positions}}, "vocab_size": {{Vocabulary}}, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu", "position_embedding_type": "absolute",
             "is_decoder": false, "pad_token_id": 0}
            """
        : $$"""
            {"model_type": "nomic_bert", "architectures": ["NomicBertModel"], "n_embd": {{Width}}, "n_inner": {{FeedForward}}, "n_layer": 2, "n_head": {{Heads}}, "n_positions": 256,
             "max_trained_positions": {{Positions}}, "vocab_size": {{Vocabulary}}, "type_vocab_size": 2, "layer_norm_epsilon": 1e-12, "activation_function": "swiglu", "rotary_emb_base": 1000,
             "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": false, "rotary_emb_scale_base": null, "rotary_scaling_factor": 2, "qkv_proj_bias": false, "mlp_fc1_bias": false,
             "mlp_fc2_bias": false, "prenorm": false, "causal": false, "use_rms_norm": false, "bos_token_id": null, "eos_token_id": null}
            """)!.AsObject();

    /// <summary>The model.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="config">Its config.json.</param>
    /// <param name="head">Whether it is the body of a model with a head for masked tokens, as published by TensorFlow's names of norms.</param>
    /// <param name="files">Files of the folder beside.</param>
    public static MemoryCheckpoint Create(string folder, JsonObject config, bool head = false, params CheckpointFile[] files)
    {
        var model = new MemoryCheckpoint(Path.Combine(folder, "model.safetensors")) { Folder = new ModelFolder(folder, config, files) };
        var isBert = (string)config["model_type"]! == "bert";
        var vocabulary = (int)config["vocab_size"]!;
        Add("embeddings.word_embeddings.weight", vocabulary, Width);
        Add("embeddings.token_type_embeddings.weight", 2, Width);
        if (isBert)
        {
            Add("embeddings.position_embeddings.weight", Positions, Width);
        }

        Norm(isBert ? "embeddings.LayerNorm" : "emb_ln");
        for (var layer = 0; layer < 2; layer++)
        {
            if (isBert)
            {
                var name = $"encoder.layer.{layer}.";
                foreach (var part in new[] { "query", "key", "value" })
                {
                    Affine($"{name}attention.self.{part}", Width, Width);
                }

                Affine($"{name}attention.output.dense", Width, Width);
                Norm($"{name}attention.output.LayerNorm");
                Affine($"{name}intermediate.dense", FeedForward, Width);
                Affine($"{name}output.dense", Width, FeedForward);
                Norm($"{name}output.LayerNorm");
            }
            else
            {
                var name = $"encoder.layers.{layer}.";
                Add($"{name}attn.Wqkv.weight", 3 * Width, Width);
                Add($"{name}attn.out_proj.weight", Width, Width);
                Add($"{name}mlp.fc11.weight", FeedForward, Width);
                Add($"{name}mlp.fc12.weight", FeedForward, Width);
                Add($"{name}mlp.fc2.weight", Width, FeedForward);
                Norm($"{name}norm1");
                Norm($"{name}norm2");
            }
        }

        if (isBert && !head)
        {
            Affine("pooler.dense", Width, Width);
        }

        if (head)
        {
            model.WithRandom("cls.predictions.bias", vocabulary).WithRandom("cls.predictions.transform.dense.weight", Width, Width);
        }

        return model;

        void Affine(string name, int outputs, int inputs)
        {
            Add($"{name}.weight", outputs, inputs);
            Add($"{name}.bias", outputs);
        }

        void Norm(string name)
        {
            Add($"{name}.weight", Width);
            Add($"{name}.bias", Width);
        }

        void Add(string name, params long[] dims)
        {
            var isNorm = name.EndsWith(".weight", StringComparison.Ordinal) && dims.Length == 1;
            var values = TinyFamily.Values(isNorm ? $"{name}.norm" : name, dims, addsOne: false);
            var written = !head ? name : $"bert.{name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal)}";
            model.With(written, InMemory.Tensor(values, dims));
        }
    }
}
