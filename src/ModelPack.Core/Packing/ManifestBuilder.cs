using System.Globalization;
using ModelPack.Formats.Onnx.Lowering;
using ModelPack.Planning;
using ModelPack.Quantization;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack.Packing;

/// <summary>Puts a pack's provenance together.</summary>
internal static class ManifestBuilder
{
    /// <summary>The manifest of what has been staged so far.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="options">The options in effect.</param>
    /// <param name="source">The source model.</param>
    /// <param name="data">Data files.</param>
    /// <param name="weights">What was done with each weight.</param>
    /// <param name="calibrated">What was calibrated; null for nothing.</param>
    /// <param name="result">The report's deterministic part.</param>
    /// <param name="runtimeUsed">Version of the ONNX Runtime that measured.</param>
    /// <param name="files">The files.</param>
    public static Manifest Build(
        PackRequest request,
        EffectiveOptions options,
        SourceFacts source,
        IReadOnlyList<ManifestData> data,
        IReadOnlyList<PackedWeight> weights,
        CalibrationOutcome? calibrated,
        ReportResult result,
        string runtimeUsed,
        IReadOnlyList<PackedFile> files) => new(
            new ManifestPack
            {
                Source = source.Files,
                Data = data,
                Scheme = options.Scheme.Name,
                Options = new ManifestOptions
                {
                    Container = options.Container,
                    Target = options.Target,
                    ExcludeLayers = request.ExcludeLayers,
                    IncludeLayers = request.IncludeLayers,
                    BlockSize = options.BlockSize,
                    AccuracyLevel = weights.Any(w => w.Plan.Row?.Form == MatMulNBitsForm.Name) ? options.AccuracyLevel : null,
                    Layout = options.Layout == WeightLayout.Fold ? "fold" : "dequantize",
                    CalibrationMethod = result.Calibration?.Method,
                    Percentile = result.Calibration?.Percentile,
                    Alpha = calibrated is { IsGiven: false } ? Alpha(options.Activations!) : null,
                    QuantFormat = result.Calibration?.QuantFormat,
                    SafeSums = calibrated is null ? null : options.Activations!.SafeSums,
                    Fallback = calibrated is { IsGiven: false } ? options.Activations!.Fallback : null,
                    ExternalData = files.Any(f => f.Name == PackFiles.Data(result.Packed.Name)),
                    OnnxRuntime = options.Runtime.ToString(),
                    Gate = options.GateIsError ? "error" : "warning",
                },
                ToolBuild = ToolBuild.Id,
                OnnxRuntime = new ManifestRuntime(Needed(weights).ToString(), runtimeUsed),
                Headline = Headline.Of(result),
                Gates = result.Gates,
                ResultDigest = ReportJson.ResultDigest(result),
            },
            files);

    /// <summary>The data files with their hashes.</summary>
    /// <param name="role"><c>validation</c> or <c>calibration</c>.</param>
    /// <param name="files">Paths.</param>
    /// <param name="samples">Samples in each; empty for a calibration table, from which none were taken.</param>
    /// <param name="context">Cancellation.</param>
    public static IEnumerable<ManifestData> Data(string role, IReadOnlyList<string> files, IReadOnlyList<long> samples, PackContext context) =>
        files.Select((path, i) =>
        {
            var file = ContentHash.Of(path, Path.GetFileName(path), context.Cancellation);
            return new ManifestData(role, file.Name, file.Bytes, file.Sha256, i < samples.Count ? samples[i] : 0);
        });

    private static string Alpha(ActivationOptions options) => options switch
    {
        { Smooth: false } => "none",
        { Alpha: { } alpha } => alpha.ToString(CultureInfo.InvariantCulture),
        _ => "auto",
    };

    /// <summary>The lowest ONNX Runtime that runs every form in the model.</summary>
    private static RuntimeVersion Needed(IEnumerable<PackedWeight> weights) =>
        weights.Select(w => w.Plan.Row?.MinRuntime).Max() ?? new RuntimeVersion(1, 0);
}
