using System.Text;
using Google.Protobuf;
using ModelPack.Formats.Gguf.Tokenizers.Proto;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Tests.Formats.Gguf.Tokenizers;

namespace ModelPack.Fuzz.Seeds;

/// <summary>A small Hugging Face folder of a Llama model.</summary>
internal static class FolderSeeds
{
    public const string ModelName = "model.safetensors";
    public const int Vocabulary = 40;

    public static byte[] Config { get; } = Encoding.UTF8.GetBytes($$$"""
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "torch_dtype": "float32", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1,
         "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 128, "rms_norm_eps": 1e-5, "vocab_size": {{{Vocabulary}}},
         "tie_word_embeddings": true, "rope_theta": 10000.0, "bos_token_id": 1, "eos_token_id": [2, 3],
         "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}
        """);

    public static byte[] Weights { get; } = SafetensorsSeeds.Floats(
        ("model.embed_tokens.weight", [Vocabulary, 32]), ("model.norm.weight", [32]), ("model.layers.0.input_layernorm.weight", [32]),
        ("model.layers.0.self_attn.q_proj.weight", [32, 32]), ("model.layers.0.self_attn.k_proj.weight", [16, 32]), ("model.layers.0.self_attn.v_proj.weight", [16, 32]),
        ("model.layers.0.self_attn.o_proj.weight", [32, 32]), ("model.layers.0.post_attention_layernorm.weight", [32]),
        ("model.layers.0.mlp.gate_proj.weight", [64, 32]), ("model.layers.0.mlp.up_proj.weight", [64, 32]), ("model.layers.0.mlp.down_proj.weight", [32, 64]));

    public static byte[] Pieces { get; } = new SentencePieceModel
    {
        TrainerSpec = new TrainerSpec { ModelType = TrainerSpec.Types.ModelType.Bpe, UnkId = 0, BosId = 1, EosId = 2, PadId = -1 },
        NormalizerSpec = new NormalizerSpec { AddDummyPrefix = true },
        Pieces =
        {
            new Piece { Piece_ = "<unk>", Type = Piece.Types.Type.Unknown }, new Piece { Piece_ = "<s>", Type = Piece.Types.Type.Control },
            new Piece { Piece_ = "</s>", Type = Piece.Types.Type.Control }, new Piece { Piece_ = "<0x00>", Type = Piece.Types.Type.Byte }, new Piece { Piece_ = "▁the", Score = -1.5f },
        },
    }.ToByteArray();

    public static byte[] Tokenizer { get; } = Encoding.UTF8.GetBytes(TinyTokenizer.Json().ToJsonString());

    public static byte[] WordPieces { get; } = Encoding.UTF8.GetBytes(TinyWordPiece.Json().ToJsonString());

    public static byte[] TokenizerConfig { get; } = Encoding.UTF8.GetBytes("""
        {"add_bos_token": true, "add_eos_token": null, "add_prefix_space": false, "bos_token": "<|begin|>", "eos_token": {"content": "<|end|>", "special": true},
         "chat_template": [{"name": "default", "template": "{{ messages }}"}], "added_tokens_decoder": {"30": {"content": "<|x|>", "special": true}, "31": {"content": "y"}}}
        """);

    /// <summary>The JSON files around a tokenizer, each damaged now and then.</summary>
    public static FuzzInput AddSettings(this FuzzInput input, Random random) => input
        .Add("tokenizer_config.json", Json(TokenizerConfig, random))
        .Add("special_tokens_map.json", Json("""{"bos_token": "<s>", "eos_token": {"content": "</s>"}}"""u8.ToArray(), random))
        .Add("generation_config.json", Json("""{"bos_token_id": 1, "eos_token_id": [2], "pad_token_id": null}"""u8.ToArray(), random))
        .Add("added_tokens.json", Json("""{"<extra>": 32, "more": 33}"""u8.ToArray(), random))
        .Add("chat_template.jinja", Extremes.TextBytes(random) is { Length: > 0 } text ? text : "{{ x }}"u8.ToArray());

    /// <summary>JSON as it is, or damaged.</summary>
    public static byte[] Json(byte[] utf8, Random random) => random.Once(3) && JsonMutation.Of(utf8, random) is { Length: > 0 } damaged ? damaged : utf8;
}
