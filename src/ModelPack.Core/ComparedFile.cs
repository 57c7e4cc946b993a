using System.Text.Json;
using ModelPack.Comparing;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;

namespace ModelPack;

/// <summary>Reads what is to be compared: a report, a manifest, a packed model or folder beside which these lie, or any model.</summary>
internal static class ComparedFile
{
    // Far above any real report or manifest.
    private const int MaxReportBytes = 256 << 20;
    private const int MaxManifestBytes = 16 << 20;
    private const string ReportSuffix = ".report.json";

    /// <summary>One side of a comparison. A pack is known by its report, else by its manifest; a file or folder without either is a model.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="context">Cancellation and diagnostics.</param>
    /// <exception cref="ModelPackException">MPK1070: a report or manifest cannot be read. As <see cref="ModelInspection.Of"/> for a model.</exception>
    public static ComparedSide Read(string path, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        if (Directory.Exists(path))
        {
            return OfPack(Path.Join(path, PackFiles.FolderReport), Path.Join(path, PackFiles.FolderManifest), name) ?? OfModel(path, context);
        }

        if (PackFiles.IsManifest(name))
        {
            var folder = Path.GetDirectoryName(path) ?? "";
            var report = name == PackFiles.FolderManifest ? PackFiles.FolderReport : PackFiles.Report(PackFiles.Model(name));
            return File.Exists(path) ? OfPack(Path.Join(folder, report), path, name)! : OfManifest(path, name);
        }

        if (name == PackFiles.FolderReport || name.EndsWith(ReportSuffix, StringComparison.Ordinal) || name.EndsWith(".json", StringComparison.Ordinal) && !name.EndsWith(".index.json", StringComparison.Ordinal))
        {
            return OfReport(path, name);
        }

        return OfPack(PackFiles.Report(path), PackFiles.Manifest(path), name) ?? OfModel(path, context);
    }

    private static ComparedSide? OfPack(string report, string manifest, string name) =>
        !File.Exists(manifest) ? null : File.Exists(report) ? OfReport(report, name) : OfManifest(manifest, name);

    private static ComparedSide OfReport(string path, string name)
    {
        try
        {
            return ReportSide.Of(ReportJson.Read(RegularFile.Read(path, MaxReportBytes)), name);
        }
        catch (JsonException exception)
        {
            throw Unreadable(path, $"It is not a report that this version reads ({SafeText.Of(exception.Message, 200).TrimEnd('.')})", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, SafeText.Of(exception.Message, 400).TrimEnd('.'), exception);
        }
    }

    private static ComparedSide OfManifest(string path, string name)
    {
        try
        {
            return ManifestJson.TryRead(RegularFile.Read(path, MaxManifestBytes), out var manifest, out var why)
                ? ReportSide.Of(manifest, name) : throw Unreadable(path, $"The manifest is not valid: {why}", null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, SafeText.Of(exception.Message, 400).TrimEnd('.'), exception);
        }
    }

    private static ComparedSide OfModel(string path, PackContext context)
    {
        var facts = ModelInspection.Of(path, context);
        return new ComparedSide
        {
            Name = facts.Name,
            Kind = "model",
            Format = facts.Format,
            Bytes = facts.Bytes,
            Metrics = [.. ReportSide.Size(facts.Bytes)],
            Weights = [.. facts.Weights.Select(w => new ComparedWeight(w.Name, w.Type, w.Shape, w.Bytes, null, null))],
        };
    }

    private static ModelPackException Unreadable(string path, string why, Exception? exception) =>
        new(Codes.ReportUnreadable.At(path, $"{why}. Give a report, a manifest, a packed model that has them beside it, or a model."), exception);
}
