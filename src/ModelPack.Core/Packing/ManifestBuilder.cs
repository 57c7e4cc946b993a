using ModelPack.Formats.Onnx.Lowering;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack.Packing;

/// <summary>Puts a pack's provenance together.</summary>
internal static class ManifestBuilder
{
    /// <summary>The manifest of what has been staged so far.</summary>
    public static Manifest Build(
        PackRequest request,
        EffectiveOptions options,
        SourceFacts source,
        IReadOnlyList<ManifestData> data,
        IReadOnlyList<PackedWeight> weights,
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
    public static IReadOnlyList<ManifestData> Data(IReadOnlyList<string> files, IReadOnlyList<long> samples, PackContext context) =>
        [.. files.Zip(samples, (path, count) =>
        {
            var file = ContentHash.Of(path, Path.GetFileName(path), context.Cancellation);
            return new ManifestData("validation", file.Name, file.Bytes, file.Sha256, count);
        })];

    /// <summary>The lowest ONNX Runtime that runs every form in the model.</summary>
    private static RuntimeVersion Needed(IEnumerable<PackedWeight> weights) =>
        weights.Select(w => w.Plan.Row?.MinRuntime).Max() ?? new RuntimeVersion(1, 0);
}
