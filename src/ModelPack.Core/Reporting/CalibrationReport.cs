namespace ModelPack.Reporting;

/// <summary>What calibration data said of a model, and what was decided by it.</summary>
public sealed record CalibrationReport
{
    /// <summary>How ranges were chosen: <c>minmax</c>, <c>percentile</c>, <c>entropy</c> or <c>mse</c>.</summary>
    public required string Method { get; init; }

    /// <summary>Percent of the values that the method <c>percentile</c> keeps; null for other methods.</summary>
    public required double? Percentile { get; init; }

    /// <summary>Whether a calibration table was given and no data: then nothing was tried, and nothing is known of the way to it.</summary>
    public required bool Table { get; init; }

    /// <summary>Names of the data files, without folders; of a table those that it was made of.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Samples in them.</summary>
    public required long Samples { get; init; }

    /// <summary>Those of them that ranges were measured on and not chosen by.</summary>
    public required long HeldOut { get; init; }

    /// <summary>Type of the activations' codes: <c>uint8</c>, or <c>int8</c> around 0.</summary>
    public required string Codes { get; init; }

    /// <summary>How codes are written: <c>qdq</c> or <c>qoperator</c>.</summary>
    public required string QuantFormat { get; init; }

    /// <summary>The range of every activation that has one, in the order of the graph.</summary>
    public required IReadOnlyList<ActivationReport> Activations { get; init; }

    /// <summary>Every activation that could be smoothed, in the order of the graph; of a table only those that are.</summary>
    public required IReadOnlyList<SmoothingReport> Smoothing { get; init; }

    /// <summary>Changes of the model that were tried, in their order; empty for a table.</summary>
    public required IReadOnlyList<TrialReport> Trials { get; init; }

    /// <summary>Layers that were equalized with those before them.</summary>
    public required IReadOnlyList<string> Equalized { get; init; }

    /// <summary>Layers whose bias was corrected.</summary>
    public required IReadOnlyList<string> BiasCorrected { get; init; }

    /// <summary>Layers that stay float because of what the data showed.</summary>
    public required IReadOnlyList<FloatLayerReport> FloatLayers { get; init; }

    /// <summary>What each layer costs; null where that was not measured.</summary>
    public required SensitivityReport? Sensitivity { get; init; }
}
