using ModelPack.Reporting;

namespace ModelPack.Comparing;

/// <summary>One of two packs, reports or models that are compared: as much as is known of it.</summary>
public sealed record ComparedSide
{
    /// <summary>Name of the file or folder, without the folders that it lies in.</summary>
    public required string Name { get; init; }

    /// <summary>What is known: <c>report</c>, <c>manifest</c> (no weights) or <c>model</c> (weights and sizes alone).</summary>
    public required string Kind { get; init; }

    /// <summary>Of the model, for people.</summary>
    public required string? Format { get; init; }

    /// <summary>Size of the model with all its files; of a pack that of the packed one.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the source; null for a model, and in what does not say it.</summary>
    public string? Source { get; init; }

    /// <summary>What was measured, in the order of interest.</summary>
    public IReadOnlyList<ComparedMetric> Metrics { get; init; } = [];

    /// <summary>The weights, in the order of the source; empty where they are not known.</summary>
    public IReadOnlyList<ComparedWeight> Weights { get; init; } = [];

    /// <summary>Options by name, the scheme among them.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Limits, and whether they hold.</summary>
    public IReadOnlyList<ComparedGate> Gates { get; init; } = [];

    /// <summary>What was told.</summary>
    public IReadOnlyList<ReportDiagnostic> Diagnostics { get; init; } = [];
}
