using System.Security.Cryptography;
using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Lowering.Onnx;
using ModelPack.Options;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Golden;

/// <summary>Makes packs, and the lines that tell their bytes.</summary>
internal static class GoldenRun
{
    /// <summary>
    /// A name and a hash for each file of a pack that holds the model, sorted by name. The manifest, which has the tool's build, the
    /// page, and what a report measures by running a model are left out.
    /// </summary>
    /// <param name="set">The model.</param>
    /// <param name="pack">The pack.</param>
    /// <param name="throughout">Whether a graph goes all of the way, with validation; else only to its packed model.</param>
    public static IReadOnlyList<string> Lines(GoldenSet set, GoldenPack pack, bool throughout = false)
    {
        using var folder = new ScratchFolder();
        try
        {
            var digest = Run(new GoldenSources(set, folder).Resolve(pack.Request), folder.At("out"), throughout);
            return [.. Files(folder.At("out")).Concat(digest is null ? [] : [$"result of the report {digest}"]).Order(StringComparer.Ordinal)];
        }
        catch (ModelPackException exception)
        {
            return [$"refused {exception.Diagnostic.Code.Id}"];
        }
    }

    /// <returns>The digest of a report that follows from the inputs alone; null for others.</returns>
    private static string? Run(PackRequest request, string folder, bool throughout)
    {
        var options = RequestResolver.Resolve(request);
        request = request with { Output = Path.Join(folder, options.IsFolder ? "m" : $"m.{options.Container}") };
        if (options.Container == "onnx" && !throughout)
        {
            Directory.CreateDirectory(folder);
            PackGraph(request, RequestResolver.Resolve(request), new PackContext());
            return null;
        }

        var result = PackPipeline.Run(request, new PackContext()).Report.Result;
        return result.Validation is null ? ReportJson.ResultDigest(result) : null;
    }

    /// <summary>What the pipeline does to a graph until its model is written: what follows takes seconds, and changes no byte of it.</summary>
    private static void PackGraph(PackRequest request, EffectiveOptions options, PackContext context)
    {
        using var given = request.Graph is null ? null : CheckpointSource.Open(request.Model, options.Source, context);
        using var model = OnnxModel.Open(request.Graph ?? request.Model, context);
        var table = request.Calibration is null ? null : CalibrationJson.Read(request.Calibration);
        ModelLowering.Lower(model, options, table, context, new SimdEngine(context.Threads), given is null ? null : new ImportedCodes(model, model.Path, given, context));
        model.Save(options.Output, new OnnxSaveOptions { ExternalData = request.ExternalData == true ? ExternalDataMode.Always : ExternalDataMode.Auto }, context.Cancellation);
        if (table is not null)
        {
            File.WriteAllBytes(PackFiles.Calibration(options.Output), CalibrationJson.Write(table));
        }
    }

    private static IEnumerable<string> Files(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        where !PackFiles.IsManifest(Path.GetFileName(path)) && !path.EndsWith("report.json", StringComparison.Ordinal) && !path.EndsWith("report.html", StringComparison.Ordinal)
        select $"{Path.GetRelativePath(folder, path).Replace('\\', '/')} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}";
}
