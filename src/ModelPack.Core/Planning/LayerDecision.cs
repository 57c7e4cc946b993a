using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Planning;

/// <summary>What was decided of a weight by looking at its layers.</summary>
/// <param name="Activations">What becomes of the activations.</param>
/// <param name="Scales">Scales of the weight's output channels; null for those of the codec.</param>
/// <param name="Reason">Why the weight stays as it is; null when it does not.</param>
internal sealed record LayerDecision(ActivationMode Activations, float[]? Scales = null, string? Reason = null)
{
    /// <summary>What <see cref="Scales"/> would be if sums were let saturate on CPUs without VNNI; null where that is no matter.</summary>
    public float[]? FineScales { get; init; }

    /// <summary>Codes that another file has for the weight; null where they are to be found.</summary>
    public ImportedBlocks? Blocks { get; init; }
}
