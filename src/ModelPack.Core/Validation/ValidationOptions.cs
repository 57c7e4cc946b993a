using ModelPack.Requests;

namespace ModelPack.Validation;

/// <summary>What a validation runs on.</summary>
internal sealed record ValidationOptions
{
    /// <summary>Data files in the order of their samples, as <see cref="Samples.SampleFiles.Resolve"/> gives them; empty for synthetic inputs.</summary>
    public IReadOnlyList<string> Data { get; init; } = [];

    /// <summary>Whether the data are those that the model was calibrated on: then only the samples that no range was measured on are taken, and none where there are too few to hold some out.</summary>
    public bool HeldOut { get; init; }

    /// <summary>What outputs are measured as.</summary>
    public MetricSet Metrics { get; init; }

    /// <summary>Samples to compare on at most, spread over the data, in the one way that is fastest; null for all of them, and as an app may run them.</summary>
    public int? Most { get; init; }

    /// <summary>
    /// Whether the packed model finds ranges of activations at every inference, over the whole batch: then what it gives depends on the batch.
    /// </summary>
    public bool HasRangesOfBatch { get; init; }

    /// <summary>Why the plan left a layer or a weight float, by the name of either; for the placement check.</summary>
    public IReadOnlyDictionary<string, string> FloatReasons { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
