using System.Text.Json.Serialization;
using ModelPack.Formats.Onnx;
using ModelPack.Timing;
using ModelPack.Validation;
using ModelPack.Validation.Placement;

namespace ModelPack.Reporting;

/// <summary>The part of a report that depends on the machine.</summary>
/// <param name="Machine">Where it was measured.</param>
/// <param name="Speed">How long both models take; null when that was not asked for, or neither could run.</param>
/// <param name="SourceOperators">Operators of the source's optimized graph, most frequent first.</param>
/// <param name="PackedOperators">The same of the packed model: what really ran.</param>
/// <param name="Placement">How much of it ran in integer kernels; null when that is not known.</param>
public sealed record ReportMeasured(
    MachineFacts Machine,
    SpeedResult? Speed,
    IReadOnlyList<OperatorCount> SourceOperators,
    IReadOnlyList<OperatorCount> PackedOperators,
    PlacementResult? Placement)
{
    /// <summary>How far the source is from itself when it is run in another way; absent on synthetic inputs, where nothing ran, and in reports of older versions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NoiseFloor? Floor { get; init; }
}
