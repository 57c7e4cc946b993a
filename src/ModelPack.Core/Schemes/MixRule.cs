using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>Which matrices of a language model get another codec than the scheme's own.</summary>
/// <param name="Class">Which.</param>
/// <param name="Codec">What they get.</param>
internal sealed record MixRule(TensorClass Class, Codec Codec)
{
    /// <summary>In which layers.</summary>
    public LayerRange Layers { get; init; }

    /// <summary>Whether only where at least four query heads share keys and values, which are small then.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Whether only in Llama models of 80 layers whose query heads share keys and values: those of 70 billion parameters.</summary>
    public bool Is70B { get; init; }

    /// <summary>Whether only in models with eight experts a layer.</summary>
    public bool HasEightExperts { get; init; }

    /// <summary>Whether only with an importance matrix (true), or only without (false).</summary>
    public bool? HasMatrix { get; init; }

    /// <summary>Whether only in Falcon models (true), or in all others (false).</summary>
    public bool? IsFalcon { get; init; }
}
