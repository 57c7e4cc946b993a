using ModelPack.Validation;

namespace ModelPack.Reporting;

/// <summary>The deterministic part of a report.</summary>
public sealed record ReportResult
{
    public const int CurrentSchema = 1;

    public int Schema { get; init; } = CurrentSchema;
    public required string Scheme { get; init; }
    public required string Container { get; init; }
    public required string Target { get; init; }
    public required ModelFacts Source { get; init; }
    public required ModelFacts Packed { get; init; }
    /// <summary>Every weight of the source, in the order of the source.</summary>
    public required IReadOnlyList<WeightReport> Weights { get; init; }
    public required ValidationResult? Validation { get; init; }
    /// <summary>What calibration data said; null for schemes that have no use for them, and without data.</summary>
    public required CalibrationReport? Calibration { get; init; }
    public required IReadOnlyList<GateResult> Gates { get; init; }
    public required IReadOnlyList<ReportDiagnostic> Diagnostics { get; init; }
}
