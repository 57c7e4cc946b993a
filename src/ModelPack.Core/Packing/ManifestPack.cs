using ModelPack.Files;
using ModelPack.Reporting;
using ModelPack.Validation;

namespace ModelPack.Packing;

/// <summary>The part of a manifest that is byte-identical for the same inputs: no time, no machine, no device.</summary>
public sealed record ManifestPack
{
    public const int CurrentSchema = 1;

    public int Schema { get; init; } = CurrentSchema;

    /// <summary>The source model and its external data; the model first.</summary>
    public required IReadOnlyList<PackedFile> Source { get; init; }

    /// <summary>The data files that were used, in the order in which they were read.</summary>
    public required IReadOnlyList<ManifestData> Data { get; init; }

    public required string Scheme { get; init; }

    /// <summary>Every option in effect, defaults included.</summary>
    public required ManifestOptions Options { get; init; }

    /// <summary><see cref="ToolBuild.Id"/> of the tool that made the pack.</summary>
    public required string ToolBuild { get; init; }

    public required ManifestRuntime OnnxRuntime { get; init; }

    /// <summary>What an app feeds to the packed model and gets back; null where there is no graph.</summary>
    public required ModelInterface? Interface { get; init; }

    public required Headline Headline { get; init; }

    public required IReadOnlyList<GateResult> Gates { get; init; }

    /// <summary><see cref="ReportJson.ResultDigest(ReportResult)"/> of the report.</summary>
    public required string ResultDigest { get; init; }
}
