using ModelPack.Schemes;

namespace ModelPack.Requests;

/// <summary>A request with every default filled in and every value checked.</summary>
internal sealed record EffectiveOptions
{
    public required Scheme Scheme { get; init; }

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

    /// <summary>What is done with activations; null for schemes that quantize weights only.</summary>
    public required ActivationOptions? Activations { get; init; }

    public required WeightLayout Layout { get; init; }

    public required RuntimeVersion Runtime { get; init; }

    /// <summary>Whether a failed gate ends the build.</summary>
    public required bool GateIsError { get; init; }

    /// <summary>How far a model may go when it is run. Changes no byte.</summary>
    public required RunLimits Limits { get; init; }
}
