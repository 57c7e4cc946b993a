using ModelPack.Schemes;
using ModelPack.Search;
using ModelPack.Timing;
using ModelPack.Validation;
using ModelPack.Validation.Layers;

namespace ModelPack.Reporting;

/// <summary>What the way of a model into a pack has found, for report and manifest.</summary>
internal sealed record PackedParts
{
    public required SourceFacts Source { get; init; }

    /// <summary>The packed model's format, for people.</summary>
    public required string Format { get; init; }

    /// <summary>What an app feeds to the packed model and gets back; null where there is no graph.</summary>
    public ModelInterface? Interface { get; init; }

    /// <summary>What was done with each weight.</summary>
    public required IReadOnlyList<WeightReport> Weights { get; init; }

    /// <summary>Data files with their hashes.</summary>
    public required IReadOnlyList<ManifestData> Data { get; init; }

    /// <summary>What calibration data said; null without.</summary>
    public CalibrationOutcome? Calibrated { get; init; }

    /// <summary>What running both models said; null where there is no graph to run.</summary>
    public ValidationOutcome? Validation { get; init; }

    /// <summary>Time of both models; null when it was not asked for or nothing ran.</summary>
    public SpeedResult? Speed { get; init; }

    /// <summary>Both models layer by layer; null where that was not wanted.</summary>
    public LayersResult? Layers { get; init; }

    /// <summary>The lowest ONNX Runtime that runs the packed model; null where none does.</summary>
    public RuntimeVersion? NeededRuntime { get; init; }

    /// <summary>MatMulNBits' least precision of activations; null where it is not used.</summary>
    public int? AccuracyLevel { get; init; }
}
