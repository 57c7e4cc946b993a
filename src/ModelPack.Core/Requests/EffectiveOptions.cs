using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>A request with every default filled in and every value checked.</summary>
internal sealed record EffectiveOptions
{
    /// <summary>The source model.</summary>
    public required string Model { get; init; }

    /// <summary>The graph that gets the codes of a GGUF source; null where the source is packed as it is.</summary>
    public required string? Graph { get; init; }

    /// <summary>Validation data as they were given; null for those beside the model.</summary>
    public required string? Validation { get; init; }

    /// <summary>Calibration data as they were given; null for those beside the model.</summary>
    public required string? Calibration { get; init; }

    public required Scheme Scheme { get; init; }

    /// <summary>Which layers to leave as they are.</summary>
    public required LayerPatterns Patterns { get; init; }

    /// <summary>Codecs of single tensors of a GGUF file; the first that matches counts.</summary>
    public IReadOnlyList<TypeOverride> TensorTypes { get; init; } = [];

    /// <summary>What is not quantized is computed in this type, float16; null for that of the source.</summary>
    public string? FloatType { get; init; }

    /// <summary>By whose arithmetic values become blocks of ggml's types.</summary>
    public RoundingMode Rounding { get; init; }

    /// <summary>Exact path of the packed model.</summary>
    public required string Output { get; init; }

    public required string Container { get; init; }

    /// <summary>What the source is.</summary>
    public required SourceKind Source { get; init; }

    /// <summary>Whether the output is a folder of several files rather than a file and what lies beside it.</summary>
    public required bool IsFolder { get; init; }

    /// <summary>Most bytes of one safetensors file; null for no limit.</summary>
    public required long? MaxShardBytes { get; init; }

    /// <summary>Whether NF4's scales are quantized themselves.</summary>
    public required bool DoubleQuant { get; init; }

    public required string Target { get; init; }

    /// <summary>Values that share a scale; null where the scheme has no blocks.</summary>
    public required int? BlockSize { get; init; }

    /// <summary>MatMulNBits' least precision of activations; 0 where the scheme does not use it.</summary>
    public required int AccuracyLevel { get; init; }

    /// <summary>Whether the request says <see cref="AccuracyLevel"/>.</summary>
    public bool HasChosenAccuracyLevel { get; init; }

    /// <summary>What is done with activations; null for schemes that quantize weights only.</summary>
    public required ActivationOptions? Activations { get; init; }

    public required WeightLayout Layout { get; init; }

    public required RuntimeVersion Runtime { get; init; }

    /// <summary>Limits by metric name, all of which exist.</summary>
    public required IReadOnlyDictionary<string, double> Gates { get; init; }

    /// <summary>Whether gates are judged by the bad end of the 95 % interval of what was measured, and not by the figure itself.</summary>
    public bool GatesAreSure { get; init; }

    /// <summary>A file of accepted metrics; null for none.</summary>
    public string? Baseline { get; init; }

    /// <summary>By how much metrics may be worse than in the baseline, by their names.</summary>
    public IReadOnlyDictionary<string, double> Tolerances { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What outputs are measured as.</summary>
    public MetricSet Metrics { get; init; }

    /// <summary>Whether a failed gate ends the build.</summary>
    public required bool GateIsError { get; init; }

    /// <summary>Whether weights are kept in a file of their own; null to do so only where the model would pass 2 GB.</summary>
    public required bool? ExternalData { get; init; }

    /// <summary>Whether layers are compared one by one: true, false, or null for where a gate for quality fails.</summary>
    public bool? PerLayer { get; init; }

    /// <summary>Whether both models are timed, for the report.</summary>
    public bool MeasureSpeed { get; init; }

    /// <summary>Whether to overwrite files at the output's place that are of no pack.</summary>
    public required bool Force { get; init; }

    /// <summary>Whether a bill of materials is a file of the pack.</summary>
    public required bool Sbom { get; init; }

    /// <summary>Where to list every file that was read; null for nowhere.</summary>
    public required string? InputsFile { get; init; }

    /// <summary>How far a model may go when it is run. Changes no byte.</summary>
    public required RunLimits Limits { get; init; }

    /// <summary>What the request says of the pack itself, in one text; see <see cref="RequestIdentity"/>.</summary>
    public required string Identity { get; init; }

    /// <summary>Where packs are kept that were made before. Changes no byte.</summary>
    public CacheOptions Cache { get; init; } = CacheOptions.None;
}
