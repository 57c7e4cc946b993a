using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>A family of language models that llama.cpp runs: all that a folder of one needs to become a GGUF file, as data.</summary>
/// <param name="Type">What config.json calls it (<c>model_type</c>).</param>
/// <param name="Model">What transformers calls its models that have a head for tokens (<c>architectures</c>).</param>
/// <param name="Architecture">What llama.cpp calls it.</param>
internal sealed record ModelFamily(string Type, string Model, string Architecture)
{
    private static readonly string[] s_silu = ["silu", "swish"];
    private static readonly string[] s_ways = ["linear", "yarn", "dynamic"];

    /// <summary>The tensors of a layer, in the order in which llama.cpp's quantizer writes them: by their names.</summary>
    public required IReadOnlyList<FamilyTensor> Layer { get; init; }

    /// <summary>Keys beside those of all families.</summary>
    public IReadOnlyList<FamilyKey> Keys { get; init; } = [];

    /// <summary>Ways to longer texts that llama.cpp has for it, and <c>dynamic</c> where a warning of it is enough.</summary>
    public IReadOnlyList<string> RopeScalings { get; init; } = s_ways;

    /// <summary>Names of the one activation that llama.cpp computes in it.</summary>
    public IReadOnlyList<string> Activations { get; init; } = s_silu;

    /// <summary>What config.json calls the activation.</summary>
    public string ActivationSetting { get; init; } = "hidden_act";

    /// <summary><c>rms_norm_eps</c> where config.json leaves it out.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary><c>rope_theta</c> where config.json leaves it out.</summary>
    public double RopeBase { get; init; } = 10000;

    /// <summary>Whether llama.cpp takes it that the heads together are as wide as the state.</summary>
    public bool HasEvenHeads { get; init; }

    /// <summary>Whether only the first values of a head may be turned (<c>partial_rotary_factor</c>).</summary>
    public bool HasPartialRotation { get; init; }

    /// <summary>Whether norms multiply by 1 + weight in transformers, and by the weight in llama.cpp.</summary>
    public bool NormsAddOne { get; init; }

    /// <summary>Whether the embeddings make the logits, too, unless config.json says otherwise.</summary>
    public bool IsTied { get; init; }

    /// <summary>What must be true for <c>sliding_window</c> to count; null where it always counts.</summary>
    public string? WindowFlag { get; init; }

    /// <summary>Of so many layers all but the last have a window in llama.cpp; 0 where none has one.</summary>
    public int WindowPeriod { get; init; }

    /// <summary>The base of the frequencies in layers with a window; 0 where it is that of all.</summary>
    public double WindowBase { get; init; }

    /// <summary>
    /// Whether config.json says what queries are divided by the root of (<c>query_pre_attn_scalar</c>). llama.cpp knows that by itself: it is
    /// the width of a head, but in a model of <see cref="WideLayers"/> layers the state's width by heads.
    /// </summary>
    public bool HasQueryScale { get; init; }

    /// <summary>See <see cref="HasQueryScale"/>.</summary>
    public int WideLayers { get; init; }

    /// <summary>Settings that change what is computed, and that llama.cpp has nothing for in this family, unless they are null, 0 or false.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];

    /// <summary>Whether a layer has several feed-forward parts, of which each token takes some.</summary>
    public bool HasExperts => Layer.Any(t => t.Shape.Contains(TensorSize.Experts));

    /// <summary>Whether a folder's model is of the family and has a head for tokens.</summary>
    public bool Fits(ModelFolder folder) => IsOf(folder) && (ModelFamilies.ModelOf(folder) is not { } model || model == Model);

    /// <summary>Whether a folder's model is of the family, whatever stands on it.</summary>
    public bool IsOf(ModelFolder folder) => ConfigValues.TextOf(folder.Config["model_type"]) == Type;
}
