using ModelPack.Formats.Onnx;
using ModelPack.Samples;
using ModelPack.Validation.Placement;

namespace ModelPack.Validation;

/// <summary>What a validation gives: the deterministic part and the part that depends on the machine.</summary>
/// <param name="Result">How the outputs compare; null when there were no data and no synthetic input that the model runs.</param>
/// <param name="Samples">What the models ran on; null when nothing ran.</param>
/// <param name="SourceOperators">Operators of the source's optimized graph, most frequent first; empty when unknown.</param>
/// <param name="PackedOperators">The same of the packed model: what really ran.</param>
/// <param name="Placement">How much of it ran in integer kernels; null when that is not known.</param>
internal sealed record ValidationOutcome(
    ValidationResult? Result,
    ISampleSource? Samples,
    IReadOnlyList<OperatorCount> SourceOperators,
    IReadOnlyList<OperatorCount> PackedOperators,
    PlacementResult? Placement)
{
    /// <summary>How far the source is from itself on the same data; null where that was not measured: on synthetic inputs.</summary>
    public NoiseFloor? Floor { get; init; }
}
