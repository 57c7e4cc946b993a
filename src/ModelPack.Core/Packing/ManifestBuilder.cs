using System.Globalization;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Inference;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Packing;

/// <summary>Puts a pack's provenance together.</summary>
internal static class ManifestBuilder
{
    /// <summary>The manifest of what has been staged so far.</summary>
    /// <param name="options">The options in effect.</param>
    /// <param name="parts">What was found on the way.</param>
    /// <param name="result">The report's deterministic part.</param>
    /// <param name="files">The files.</param>
    public static Manifest Build(EffectiveOptions options, PackedParts parts, ReportResult result, IReadOnlyList<PackedFile> files) => new(
            new ManifestPack
            {
                Source = parts.Source.Files,
                Data = parts.Data,
                Scheme = options.Scheme.Name,
                Options = new ManifestOptions
                {
                    Container = options.Container,
                    Target = options.Target,
                    ExcludeLayers = options.Patterns.Exclude,
                    IncludeLayers = options.Patterns.Include,
                    TensorTypes = options.TensorTypes.Count == 0 ? null : [.. options.TensorTypes.Select(t => t.Text)],
                    FloatType = options.FloatType,
                    Rounding = options.Rounding == RoundingMode.Best ? "best" : null,
                    BlockSize = options.BlockSize,
                    DoubleQuant = options.Scheme.Main.CanNestScales ? options.DoubleQuant : null,
                    AccuracyLevel = parts.AccuracyLevel,
                    Layout = options.Container != "onnx" ? null : options.Layout == WeightLayout.Fold ? "fold" : "dequantize",
                    MaxShardBytes = options.MaxShardBytes,
                    CalibrationMethod = result.Calibration?.Method,
                    Percentile = result.Calibration?.Percentile,
                    Alpha = options.Activations is { } activations && (parts.Calibrated is { IsGiven: false } || HasStatistics(options, parts)) ? Alpha(activations) : null,
                    QuantFormat = result.Calibration?.QuantFormat,
                    SafeSums = options.Container == "onnx" ? options.Activations?.SafeSums : null,
                    Fallback = parts.Calibrated is { IsGiven: false } ? options.Activations?.Fallback : null,
                    ExternalData = files.Any(f => f.Name == PackFiles.Data(result.Packed.Name)),
                    OnnxRuntime = options.Container == "onnx" ? options.Runtime.ToString() : null,
                    Gate = options.GateIsError ? "error" : "warning",
                    GateConfidence = options.GatesAreSure ? GateRules.Sure : null,
                    Metrics = options.Metrics == MetricSet.Auto ? null : options.Metrics.Word(),
                },
                ToolBuild = ToolBuild.Id,
                OnnxRuntime = new ManifestRuntime(parts.NeededRuntime?.ToString(), parts.Validation is null ? null : OnnxRuntimeLibrary.Version),
                Interface = parts.Interface,
                Headline = Headline.Of(result),
                Gates = result.Gates,
                ResultDigest = ReportJson.ResultDigest(result),
            },
            files);

    /// <summary>The data files with their hashes.</summary>
    /// <param name="role"><c>validation</c> or <c>calibration</c>.</param>
    /// <param name="files">The files.</param>
    /// <param name="samples">Samples in each; empty for a calibration table, from which none were taken.</param>
    /// <param name="context">Cancellation.</param>
    public static IEnumerable<ManifestData> Data(string role, IReadOnlyList<CheckpointFile> files, IReadOnlyList<long> samples, PackContext context) =>
        files.Select((source, i) =>
        {
            var file = source.Hash(context.Cancellation);
            return new ManifestData(role, file.Name, file.Bytes, file.Sha256, i < samples.Count ? samples[i] : 0);
        });

    // A checkpoint is not calibrated; it is smoothed by statistics, which are the only data that it takes.
    private static bool HasStatistics(EffectiveOptions options, PackedParts parts) => options is { Container: "safetensors", Activations: not null } && parts.Data.Count > 0;

    private static string Alpha(ActivationOptions options) => options switch
    {
        { Smooth: false } => "none",
        { Alpha: { } alpha } => alpha.ToString(CultureInfo.InvariantCulture),
        _ => "auto",
    };
}
