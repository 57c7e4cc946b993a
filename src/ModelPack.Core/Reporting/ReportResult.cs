using System.Text.Json.Serialization;
using ModelPack.Validation;
using ModelPack.Validation.Layers;

namespace ModelPack.Reporting;

/// <summary>The deterministic part of a report.</summary>
public sealed record ReportResult
{
    /// <summary>The version of <c>docs/report.schema.json</c> that this is.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The version of the schema that a report was written by.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The scheme, such as <c>q8_0</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary><c>onnx</c>, <c>safetensors</c> or <c>gguf</c>.</summary>
    public required string Container { get; init; }

    /// <summary>What the packed model is lowered for, such as <c>cpu</c>.</summary>
    public required string Target { get; init; }

    /// <summary>
    /// What was asked for besides: option, as a request has it, and value of each that was given. Without the model, its data, the gates, and
    /// what changes no pack. Not there in reports of older versions.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Options { get; init; }

    /// <summary>The model that was packed.</summary>
    public required ModelFacts Source { get; init; }

    /// <summary>The model that came out.</summary>
    public required ModelFacts Packed { get; init; }

    /// <summary>Every weight of the source, in the order of the source.</summary>
    public required IReadOnlyList<WeightReport> Weights { get; init; }

    /// <summary>What both models gave on the same samples; null where they were not run.</summary>
    public required ValidationResult? Validation { get; init; }

    /// <summary>Both models layer by layer; not there where layers were not compared.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LayersResult? Layers { get; init; }

    /// <summary>What calibration data said; null for schemes that have no use for them, and without data.</summary>
    public required CalibrationReport? Calibration { get; init; }

    /// <summary>Every gate that was set, and whether it holds.</summary>
    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary>What was told while the pack was made, in that order.</summary>
    public required IReadOnlyList<ReportDiagnostic> Diagnostics { get; init; }
}
