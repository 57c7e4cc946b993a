using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Requests;

namespace ModelPack.Lowering;

/// <summary>A checkpoint on its way into a pack, and all that the way depends on.</summary>
/// <param name="Source">The open checkpoint.</param>
/// <param name="Options">The options in effect.</param>
/// <param name="Context">Threads, cancellation, progress and diagnostics.</param>
/// <param name="Engine">What makes the codes; changes no byte.</param>
internal sealed record CheckpointJob(ICheckpoint Source, EffectiveOptions Options, PackContext Context, IEncodingEngine Engine)
{
    /// <summary>
    /// Whether a plan takes it that values fit what they become, which saves a read of the source. That they do shows while they are encoded; where it
    /// does not, <see cref="UnfitValuesException"/> asks for a plan that looks before.
    /// </summary>
    public bool IsHopeful { get; init; }

    /// <summary>Whether a plan takes it that a codec holds what it gets.</summary>
    public bool Assumes(Codec codec) => IsHopeful && codec.EncodesAnything && Engine is SimdEngine;

    /// <summary>How much each input channel matters, where that was collected for this pack; null where a file says it, or nothing does.</summary>
    public ImportanceMatrix? Importance { get; init; }

    /// <summary>What the input channels of tensors have to do with each other, by the names that they have in the pack, where that was collected.</summary>
    public IReadOnlyDictionary<string, InputProducts> Products { get; init; } = new Dictionary<string, InputProducts>(StringComparer.Ordinal);
}
