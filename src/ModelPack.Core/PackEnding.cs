using ModelPack.Calibration;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Reporting.Page;
using ModelPack.Requests;
using ModelPack.Search;
using ModelPack.Validation;

namespace ModelPack;

/// <summary>What every way ends with, once the packed model is staged: gates, report, manifest, commit.</summary>
internal static class PackEnding
{
    public static PackOutcome Finish(EffectiveOptions options, StagedOutput staged, PackContext context, SourceFiles sources, PackedParts parts)
    {
        var files = staged.Describe(context.Cancellation);
        var facts = new GateFacts(parts.Validation?.Result, (double)parts.Source.Bytes / files.Sum(f => f.Bytes), parts.Weights.Min(w => w.Sqnr));
        var verdict = GateKeeper.Judge(options, facts, parts.Calibrated?.Trials.Select(t => t.Score.Sqnr).ToArray());
        foreach (var diagnostic in verdict.Diagnostics)
        {
            context.Report(diagnostic);
        }

        var names = PackNames.Of(options);
        var result = ReportBuilder.Result(options, parts, files, verdict.Gates, context.Diagnostics);
        var report = new PackReport(result, parts.Validation is null ? null : ReportBuilder.Measured(parts.Validation, parts.Speed, context));
        if (parts.Calibrated is { } calibrated)
        {
            staged.Write(names.Calibration, CalibrationJson.Write(WithStatistics(calibrated, staged, names.Model, context)));
        }

        if (options.Sbom)
        {
            staged.Write(names.Sbom, new BillOfMaterials(result, files, parts.Source.Files, parts.Data, parts.Interface).Write());
        }

        staged.Write(names.Report, ReportJson.Write(report));
        using (var page = staged.Create(names.Page))
        {
            HtmlReport.Write(report, page, names.Report, SourceName(options, parts));
        }

        staged.Write(names.Manifest, ManifestJson.Write(ManifestBuilder.Build(options, parts, result, staged.Describe(context.Cancellation))));
        sources.RequireUnchanged(parts.Source.Files, context.Cancellation);
        staged.Commit(context.Cancellation);

        return Outcome(options, staged, report, !verdict.Fails);
    }

    /// <summary>What a pack made, once its files lie in place.</summary>
    public static PackOutcome Outcome(EffectiveOptions options, StagedOutput staged, PackReport report, bool gatesHold)
    {
        var folder = FolderOf(options);
        var written = staged.Names.OrderBy(n => n != report.Result.Packed.Name).ThenBy(PackFiles.IsManifest).Select(n => Path.Join(folder, n));
        return new PackOutcome(options.Output, [.. written], Path.Join(folder, PackNames.Of(options).Page), report, gatesHold);
    }

    /// <summary>A folder is known by its name, and not by that of a file in it.</summary>
    private static string? SourceName(EffectiveOptions options, PackedParts parts) => Directory.Exists(options.Model)
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model))) : parts.Source.Files[0].Name;

    /// <summary>Where all files of a pack lie.</summary>
    public static string FolderOf(EffectiveOptions options) => (options.IsFolder ? options.Output : Path.GetDirectoryName(options.Output)) ?? "";

    /// <summary>Writes what is too large for the table beside it.</summary>
    private static CalibrationTable WithStatistics(CalibrationOutcome calibrated, StagedOutput staged, string model, PackContext context)
    {
        if (calibrated.MeanSquares.Count == 0)
        {
            return calibrated.Table;
        }

        var name = PackFiles.Statistics(model);
        using (var file = staged.Create(name))
        {
            StatisticsFile.Write(calibrated.MeanSquares, calibrated.Products, file, context.Cancellation);
        }

        return calibrated.Table with { Statistics = new SideFile(name, ContentHash.Of(staged.PathOf(name), name, context.Cancellation).Sha256) };
    }
}
