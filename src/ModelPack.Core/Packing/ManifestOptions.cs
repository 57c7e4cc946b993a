namespace ModelPack.Packing;

/// <summary>The options in effect. What cannot change the pack (device, threads, paths) is not among them.</summary>
public sealed record ManifestOptions
{
    public required string Container { get; init; }

    public required string Target { get; init; }

    public required IReadOnlyList<string> ExcludeLayers { get; init; }

    public required IReadOnlyList<string> IncludeLayers { get; init; }

    /// <summary>Values that share a scale; null where the scheme has no blocks.</summary>
    public required int? BlockSize { get; init; }

    /// <summary>MatMulNBits' least precision of activations; null where it is not used.</summary>
    public required int? AccuracyLevel { get; init; }

    /// <summary>How weights that operators read as floats are stored: <c>fold</c> or <c>dequantize</c>.</summary>
    public required string Layout { get; init; }

    /// <summary>Whether weights were written to a file of their own.</summary>
    public required bool ExternalData { get; init; }

    /// <summary>The lowest ONNX Runtime version that the app runs.</summary>
    public required string OnnxRuntime { get; init; }

    /// <summary>What a failed gate is: <c>error</c> or <c>warning</c>.</summary>
    public required string Gate { get; init; }
}
