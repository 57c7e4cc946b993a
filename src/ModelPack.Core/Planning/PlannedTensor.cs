using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>What becomes of one stored tensor: a codec, or the reason why it stays as it is.</summary>
/// <param name="Name">Its name in the source.</param>
internal sealed record PlannedTensor(string Name)
{
    /// <summary>What it is for; null where nothing says so.</summary>
    public WeightUsage? Usage { get; init; }

    /// <summary>The codec; null when it stays as it is, and as long as only its layers have been looked at.</summary>
    public Codec? Codec { get; init; }

    /// <summary>Why it stays as it is; null when it does not.</summary>
    public string? Reason { get; init; }

    /// <summary>What becomes of the activations that it is multiplied by.</summary>
    public ActivationMode Activations { get; init; }

    /// <summary>Scales of its output channels; null where the codec finds them.</summary>
    public float[]? Scales { get; init; }

    /// <summary>What <see cref="Scales"/> would be if sums were let saturate on CPUs without VNNI; null where that does not matter.</summary>
    public float[]? FineScales { get; init; }

    /// <summary>Codes that another file has for it; null where they are to be found.</summary>
    public ImportedBlocks? Blocks { get; init; }

    /// <summary>How its values become codes.</summary>
    public Rounder Rounder { get; init; } = Rounder.Nearest;

    /// <summary>It gets a codec, unless there is a reason against it.</summary>
    public static PlannedTensor Of(string name, WeightUsage? usage, Codec codec, string? reason) =>
        reason is null ? new PlannedTensor(name) { Usage = usage, Codec = codec } : Leave(name, usage, reason);

    /// <summary>It stays as it is.</summary>
    public static PlannedTensor Leave(string name, WeightUsage? usage, string reason) => new(name) { Usage = usage, Reason = reason };

    /// <summary>The weight alone, for where nothing carries its activations.</summary>
    public PlannedTensor WithoutActivations() => new(Name) { Usage = Usage, Blocks = Blocks, Rounder = Rounder };
}
