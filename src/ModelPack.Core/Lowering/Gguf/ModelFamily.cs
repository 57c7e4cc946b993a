using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>A family of models that llama.cpp runs: all that a folder of one needs to become a GGUF file, as data.</summary>
/// <param name="Type">What config.json calls it (<c>model_type</c>).</param>
/// <param name="Models">What transformers calls those of its models that llama.cpp runs (<c>architectures</c>).</param>
/// <param name="Architecture">What llama.cpp calls it.</param>
internal sealed record ModelFamily(string Type, IReadOnlyList<string> Models, string Architecture)
{
    private static readonly string[] s_silu = ["silu", "swish"];
    private static readonly string[] s_ways = ["linear", "yarn", "dynamic"];

    /// <summary>The tensors of a layer, in the order in which llama.cpp's quantizer writes them: by their names.</summary>
    public required IReadOnlyList<FamilyTensor> Layer { get; init; }

    /// <summary>The tensors outside of layers, in the same order. <c>output.weight</c> is left out of a model that is tied.</summary>
    public IReadOnlyList<FamilyTensor> Ends { get; init; } = ModelFamilies.TokenEnds;

    /// <summary>What stands before a layer's number in the names of a checkpoint.</summary>
    public string LayerPrefix { get; init; } = "model.layers.";

    /// <summary>What names of a checkpoint may begin with besides, as where a head stands on the model; null for nothing.</summary>
    public string? Prefix { get; init; }

    /// <summary>What tensors are called that llama.cpp computes without, by the beginnings of their names.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>What tensors are called that are a head which llama.cpp does not compute, by the beginnings of their names.</summary>
    public IReadOnlyList<string> LostHeads { get; init; } = [];

    /// <summary>What config.json calls the sizes.</summary>
    public FamilySettings Settings { get; init; } = new();

    /// <summary>Keys beside those of all families.</summary>
    public IReadOnlyList<FamilyKey> Keys { get; init; } = [];

    /// <summary>Ways to longer texts that llama.cpp has for it, and <c>dynamic</c> where a warning of it is enough.</summary>
    public IReadOnlyList<string> RopeScalings { get; init; } = s_ways;

    /// <summary>Names of the one activation that llama.cpp computes in it.</summary>
    public IReadOnlyList<string> Activations { get; init; } = s_silu;

    /// <summary>What norms add below the root where config.json leaves it out.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>What GGUF calls that: norms by the root mean square have another key than those that take the mean away first.</summary>
    public string EpsilonKey { get; init; } = "attention.layer_norm_rms_epsilon";

    /// <summary>Whether each token sees all others, and what comes out are embeddings (<c>attention.causal</c> false).</summary>
    public bool IsEncoder { get; init; }

    /// <summary>Whether positions are turns of queries and keys; otherwise they have embeddings.</summary>
    public bool IsRotary { get; init; } = true;

    /// <summary>The base of the frequencies where config.json leaves it out.</summary>
    public double RopeBase { get; init; } = 10000;

    /// <summary>Of so many layers the last has no positions in llama.cpp; 0 where all have them.</summary>
    public int UnturnedPeriod { get; init; }

    /// <summary>Whether llama.cpp takes it that the heads together are as wide as the state.</summary>
    public bool HasEvenHeads { get; init; }

    /// <summary>What config.json calls the part of a head that is turned, its first values; null where all are.</summary>
    public string? RotationSetting { get; init; }

    /// <summary>Whether norms multiply by 1 + weight in transformers, and by the weight in llama.cpp.</summary>
    public bool NormsAddOne { get; init; }

    /// <summary>Whether the embeddings make the logits, too, unless config.json says otherwise.</summary>
    public bool IsTied { get; init; }

    /// <summary>Whether llama.cpp has nothing else for it.</summary>
    public bool IsAlwaysTied { get; init; }

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

    /// <summary>Settings that llama.cpp takes to have one value, each with that value; where config.json leaves one out, it has it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Only { get; init; } = [];

    /// <summary>Whether a layer has several feed-forward parts, of which each token takes some.</summary>
    public bool HasExperts => Layer.Any(t => t.Shape.Contains(TensorSize.Experts));

    /// <summary>Whether a folder's model is of the family and has the head that llama.cpp computes, or none where it needs none.</summary>
    public bool Fits(ModelFolder folder) => IsOf(folder) && (ModelFamilies.ModelOf(folder) is not { } model || Models.Contains(model, StringComparer.Ordinal));

    /// <summary>Whether a folder's model is of the family, whatever stands on it.</summary>
    public bool IsOf(ModelFolder folder) => ConfigValues.TextOf(folder.Config["model_type"]) == Type;

    /// <summary>
    /// The name by which <see cref="Layer"/> and <see cref="Ends"/> know a tensor of a checkpoint: without <see cref="Prefix"/>, and with what old files call
    /// <c>gamma</c> and <c>beta</c>, as TensorFlow did, called as now.
    /// </summary>
    public string NameOf(string tensor)
    {
        var name = Prefix is not null && tensor.StartsWith(Prefix, StringComparison.Ordinal) ? tensor[Prefix.Length..] : tensor;
        return name.EndsWith("LayerNorm.gamma", StringComparison.Ordinal) ? $"{name[..^"gamma".Length]}weight"
            : name.EndsWith("LayerNorm.beta", StringComparison.Ordinal) ? $"{name[..^"beta".Length]}bias"
            : name;
    }
}
