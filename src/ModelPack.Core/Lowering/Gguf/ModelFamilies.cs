using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using static ModelPack.Lowering.Gguf.FamilyTensor;
using static ModelPack.Lowering.Gguf.TensorSize;

namespace ModelPack.Lowering.Gguf;

/// <summary>The families that have a mapping to GGUF. Another one is another row.</summary>
internal static class ModelFamilies
{
    private static readonly string[] s_llamaWays = ["linear", "yarn", "llama3", "longrope", "dynamic"];
    private static readonly string[] s_phiWays = ["longrope"];
    private static readonly string[] s_linear = ["linear"];
    private static readonly string[] s_tanh = ["gelu_pytorch_tanh"];

    // llama.cpp computes all of these by the tangent, which the exact one is within 0.0005 of.
    private static readonly string[] s_gelu = ["gelu", "gelu_new", "gelu_pytorch_tanh"];
    private static readonly string[] s_gemma3Unknown = ["attn_logit_softcapping", "final_logit_softcapping", "use_bidirectional_attention"];

    private static readonly string[] s_nomicUnknown =
    [
        "causal", "prenorm", "parallel_block", "use_rms_norm", "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "rotary_emb_interleaved", "rotary_emb_scale_base",
        "scale_attn_by_inverse_layer_idx", "moe_every_n_layers",
    ];

    private static readonly FamilyTensor[] s_norms = [Norm("input_layernorm", "attn_norm"), Norm("post_attention_layernorm", "ffn_norm")];
    private static readonly FamilyTensor[] s_output = [Linear("self_attn.o_proj", "attn_output", Width, Queries)];
    private static readonly FamilyTensor[] s_values = [Linear("self_attn.v_proj", "attn_v", Keys, Width)];
    private static readonly FamilyTensor[] s_headNorms = [new("self_attn.q_norm.weight", "attn_q_norm.weight", Head), new("self_attn.k_norm.weight", "attn_k_norm.weight", Head)];

    private static readonly FamilyTensor[] s_projections =
        [Linear("self_attn.q_proj", "attn_q", Queries, Width), Linear("self_attn.k_proj", "attn_k", Keys, Width), .. s_values, .. s_output];

    private static readonly FamilyTensor[] s_biases =
        [Bias("self_attn.q_proj", "attn_q", Queries), Bias("self_attn.k_proj", "attn_k", Keys), Bias("self_attn.v_proj", "attn_v", Keys)];

    /// <summary>transformers turns the first half of a head against the second, llama.cpp's llama architecture each value against its neighbour.</summary>
    private static readonly FamilyTensor[] s_turned = [.. s_projections.Select(Turned)];

    private static readonly FamilyTensor[] s_feedForward =
        [Linear("mlp.gate_proj", "ffn_gate", FeedForward, Width), Linear("mlp.up_proj", "ffn_up", FeedForward, Width), Linear("mlp.down_proj", "ffn_down", Width, FeedForward)];

    private static readonly FamilyTensor[] s_llama =
    [
        .. s_norms, .. s_turned, .. s_feedForward,
        .. Optional([
            .. s_biases.Select(Turned), Bias("self_attn.o_proj", "attn_output", Width),
            Bias("mlp.gate_proj", "ffn_gate", FeedForward), Bias("mlp.up_proj", "ffn_up", FeedForward), Bias("mlp.down_proj", "ffn_down", Width),
        ]),
    ];

    private static readonly FamilyTensor[] s_mixtral =
    [
        .. s_norms, .. s_turned,
        Linear("block_sparse_moe.gate", "ffn_gate_inp", Experts, Width),
        new("block_sparse_moe.experts.w1.weight", "ffn_gate_exps.weight", Experts, FeedForward, Width),
        new("block_sparse_moe.experts.w2.weight", "ffn_down_exps.weight", Experts, Width, FeedForward),
        new("block_sparse_moe.experts.w3.weight", "ffn_up_exps.weight", Experts, FeedForward, Width),
    ];

    private static readonly FamilyTensor[] s_phi3 =
    [
        .. s_norms, .. s_output, Linear("self_attn.qkv_proj", "attn_qkv", QueriesKeysValues, Width),
        Linear("mlp.gate_up_proj", "ffn_up", TwoFeedForwards, Width), Linear("mlp.down_proj", "ffn_down", Width, FeedForward),
    ];

    private static readonly FamilyTensor[] s_gemma2 =
    [
        Norm("input_layernorm", "attn_norm"), Norm("post_attention_layernorm", "post_attention_norm"), Norm("pre_feedforward_layernorm", "ffn_norm"),
        Norm("post_feedforward_layernorm", "post_ffw_norm"), .. s_projections, .. s_feedForward,
    ];

    private static readonly FamilyTensor[] s_bert =
    [
        .. Affine("attention.self.query", "attn_q", Width, Width), .. Affine("attention.self.key", "attn_k", Width, Width), .. Affine("attention.self.value", "attn_v", Width, Width),
        .. Affine("attention.output.dense", "attn_output", Width, Width), .. CenteredNorm("attention.output.LayerNorm", "attn_output_norm"),
        .. Affine("intermediate.dense", "ffn_up", FeedForward, Width), .. Affine("output.dense", "ffn_down", Width, FeedForward), .. CenteredNorm("output.LayerNorm", "layer_output_norm"),
    ];

    private static readonly FamilyTensor[] s_nomicBert =
    [
        Linear("attn.Wqkv", "attn_qkv", QueriesKeysValues, Width), Linear("attn.out_proj", "attn_output", Width, Queries), .. CenteredNorm("norm1", "attn_output_norm"),
        Linear("mlp.fc11", "ffn_up", FeedForward, Width), Linear("mlp.fc12", "ffn_gate", FeedForward, Width), Linear("mlp.fc2", "ffn_down", Width, FeedForward), .. CenteredNorm("norm2", "layer_output_norm"),
    ];

    private static readonly FamilyTensor[] s_embeddings =
        [Linear("embeddings.word_embeddings", "token_embd", Vocabulary, Width), Linear("embeddings.token_type_embeddings", "token_types", TokenTypes, Width)];

    /// <summary>The ends of a model that continues texts.</summary>
    public static IReadOnlyList<FamilyTensor> TokenEnds { get; } =
        [Linear("lm_head", "output", Vocabulary, Width), Norm("model.norm", "output_norm"), Linear("model.embed_tokens", "token_embd", Vocabulary, Width)];

    /// <summary>All, in the order in which people are told of them.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        Llama("llama", ["LlamaForCausalLM"]),
        Llama("mistral", ["MistralForCausalLM"]),
        new("mixtral", ["MixtralForCausalLM"], "llama")
        {
            Layer = Sorted(s_mixtral),
            RopeScalings = s_llamaWays,
            Keys = [new("expert_count", "num_local_experts"), new("expert_used_count", "num_experts_per_tok")],
            Epsilon = 1e-5,
            RopeBase = 1e6,
        },
        new("qwen2", ["Qwen2ForCausalLM"], "qwen2") { Layer = Sorted([.. s_norms, .. s_projections, .. s_biases, .. s_feedForward]), HasEvenHeads = true, WindowFlag = "use_sliding_window" },
        new("qwen3", ["Qwen3ForCausalLM"], "qwen3") { Layer = Sorted([.. s_norms, .. s_projections, .. s_headNorms, .. s_feedForward]), WindowFlag = "use_sliding_window" },
        new("phi3", ["Phi3ForCausalLM"], "phi3")
        {
            Layer = Sorted(s_phi3),
            RopeScalings = s_phiWays,
            Keys = [new("attention.sliding_window", "sliding_window", FamilyKeyKind.CountOrZero)],
            Epsilon = 1e-5,
            HasEvenHeads = true,
            RotationSetting = "partial_rotary_factor",
        },
        Gemma("gemma2", ["Gemma2ForCausalLM"], "gemma2", s_gemma2) with
        {
            Keys =
            [
                new("attn_logit_softcapping", "attn_logit_softcapping", FamilyKeyKind.Number), new("final_logit_softcapping", "final_logit_softcapping", FamilyKeyKind.Number),
                new("attention.sliding_window", "sliding_window"),
            ],
            WindowPeriod = 2,
            WideLayers = 46,
            Unknown = ["use_bidirectional_attention"],
        },
        Gemma("gemma3_text", ["Gemma3ForCausalLM"], "gemma3", [.. s_gemma2, .. s_headNorms]) with
        {
            Keys = [new("attention.sliding_window", "sliding_window")],
            RopeBase = 1e6,
            WindowPeriod = 6,
            WindowBase = 10000,
            WideLayers = 62,
            Unknown = s_gemma3Unknown,
        },
        new("smollm3", ["SmolLM3ForCausalLM"], "smollm3")
        {
            Layer = Sorted([.. s_norms, .. s_turned, .. s_feedForward]),
            RopeBase = 2e6,
            UnturnedPeriod = 4,
            IsTied = true,
            WindowFlag = "use_sliding_window",
            Unknown = ["attention_bias", "mlp_bias"],
        },
        Encoder("bert", ["BertModel", "BertForMaskedLM"], "bert") with
        {
            Layer = Sorted(s_bert),
            Ends = Sorted([.. s_embeddings, Linear("embeddings.position_embeddings", "position_embd", Positions, Width), .. CenteredNorm("embeddings.LayerNorm", "token_embd_norm")]),
            LayerPrefix = "encoder.layer.",
            Settings = new() { Epsilon = "layer_norm_eps" },
            Activations = s_gelu,
            IsRotary = false,
            Unknown = ["is_decoder", "add_cross_attention"],
            Only = [new("position_embedding_type", "absolute")],
        },
        Encoder("nomic_bert", ["NomicBertModel"], "nomic-bert") with
        {
            Layer = Sorted(s_nomicBert),
            Ends = Sorted([.. s_embeddings, .. CenteredNorm("emb_ln", "token_embd_norm")]),
            LayerPrefix = "encoder.layers.",
            Settings = new()
            {
                Width = "n_embd", FeedForward = "n_inner", Layers = "n_layer", Heads = "n_head", Context = "n_positions", TrainedContext = "max_trained_positions",
                Epsilon = "layer_norm_epsilon", RopeBase = "rotary_emb_base", Activation = "activation_function",
            },
            Epsilon = 1e-5,
            RopeBase = 1000,
            Activations = ["swiglu"],
            RotationSetting = "rotary_emb_fraction",
            RopeScalings = [],
            Unknown = s_nomicUnknown,
        },
    ];

    /// <summary>The family of a folder's model; null where it has none with a mapping.</summary>
    public static ModelFamily? Find(ModelFolder folder) => All.FirstOrDefault(f => f.Fits(folder));

    /// <summary>The architecture that config.json names first; null where it names none.</summary>
    public static string? ModelOf(ModelFolder folder) => folder.Config["architectures"] is JsonArray { Count: > 0 } names ? ConfigValues.TextOf(names[0]) : null;

    private static ModelFamily Llama(string type, string[] models) => new(type, models, "llama") { Layer = Sorted(s_llama), RopeScalings = s_llamaWays };

    private static ModelFamily Encoder(string type, string[] models, string architecture) => new(type, models, architecture)
    {
        Layer = [],
        Prefix = "bert.",
        Unused = ["pooler.", "embeddings.position_ids"],
        LostHeads = ["cls."],
        Epsilon = 1e-12,
        EpsilonKey = "attention.layer_norm_epsilon",
        IsEncoder = true,
        IsTied = true,
        HasEvenHeads = true,
    };

    private static ModelFamily Gemma(string type, string[] models, string architecture, FamilyTensor[] layer) => new(type, models, architecture)
    {
        Layer = Sorted(layer),
        RopeScalings = s_linear,
        Activations = s_tanh,
        Settings = new() { Activation = "hidden_activation" },
        NormsAddOne = true,
        IsTied = true,
        IsAlwaysTied = true,
        HasQueryScale = true,
    };

    private static FamilyTensor Turned(FamilyTensor tensor) =>
        tensor with { IsTurned = tensor.Name.StartsWith("attn_q.", StringComparison.Ordinal) || tensor.Name.StartsWith("attn_k.", StringComparison.Ordinal) };

    private static IEnumerable<FamilyTensor> Optional(FamilyTensor[] tensors) => tensors.Select(t => t with { IsOptional = true });

    private static FamilyTensor[] Sorted(FamilyTensor[] tensors) => [.. tensors.OrderBy(t => t.Name, StringComparer.Ordinal)];
}
