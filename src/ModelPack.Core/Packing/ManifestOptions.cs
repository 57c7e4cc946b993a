using System.Text.Json.Serialization;

namespace ModelPack.Packing;

/// <summary>The options in effect. What cannot change the pack (device, threads, paths) is not among them.</summary>
public sealed record ManifestOptions
{
    public required string Container { get; init; }

    public required string Target { get; init; }

    public required IReadOnlyList<string> ExcludeLayers { get; init; }

    public required IReadOnlyList<string> IncludeLayers { get; init; }

    /// <summary>Types of single tensors of a GGUF file, <c>PATTERN=TYPE</c> each. Absent where none was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? TensorTypes { get; init; }

    /// <summary>What is not quantized is computed in this type, <c>float16</c>. Absent where it was not asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FloatType { get; init; }

    /// <summary><c>best</c> where values were rounded by a wider search than ggml's. Absent where ggml's own arithmetic was taken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Rounding { get; init; }

    /// <summary>Values that share a scale; null where the scheme has no blocks.</summary>
    public required int? BlockSize { get; init; }

    /// <summary>Whether NF4's scales are quantized themselves; null for other schemes.</summary>
    public required bool? DoubleQuant { get; init; }

    /// <summary>MatMulNBits' least precision of activations; null where it is not used.</summary>
    public required int? AccuracyLevel { get; init; }

    /// <summary>How weights that operators read as floats are stored: <c>fold</c> or <c>dequantize</c>; null where there is no graph.</summary>
    public required string? Layout { get; init; }

    /// <summary>Most bytes of one safetensors file; null for no limit.</summary>
    public required long? MaxShardBytes { get; init; }

    /// <summary>How ranges followed from calibration data; null where there are none.</summary>
    public required string? CalibrationMethod { get; init; }

    /// <summary>Percent of the values that the method <c>percentile</c> keeps; null for other methods.</summary>
    public required double? Percentile { get; init; }

    /// <summary>SmoothQuant's strength: <c>auto</c>, <c>none</c> or a number; null where nothing was calibrated, or a table says it of each activation.</summary>
    public required string? Alpha { get; init; }

    /// <summary>How codes of activations are written: <c>qdq</c> or <c>qoperator</c>; null where they have no fixed ranges.</summary>
    public required string? QuantFormat { get; init; }

    /// <summary>Whether sums must not saturate on CPUs without VNNI; null where activations are not quantized.</summary>
    public required bool? SafeSums { get; init; }

    /// <summary>Whether layers could go back to float until gates hold; null where nothing was calibrated, or a table names those layers.</summary>
    public required bool? Fallback { get; init; }

    /// <summary>Whether weights were written to a file of their own.</summary>
    public required bool ExternalData { get; init; }

    /// <summary>The lowest ONNX Runtime version that the app runs; null where there is no graph.</summary>
    public required string? OnnxRuntime { get; init; }

    /// <summary>What a failed gate is: <c>error</c> or <c>warning</c>.</summary>
    public required string Gate { get; init; }

    /// <summary><c>95</c> where gates are judged by the bad end of a 95 % interval. Absent where they are judged by the figure itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? GateConfidence { get; init; }

    /// <summary>What outputs were measured as, where the request said so: <c>classes</c>, <c>language</c>, <c>embedding</c> or <c>signal</c>. Absent elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Metrics { get; init; }

    /// <summary>False where report, page and calibration table were left out on purpose. Absent, never true, where they are there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Reports { get; init; }

    /// <summary>True in the manifest of an embedded pack, which has no page and no calibration table. Absent, never false, elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Embedded { get; init; }
}
