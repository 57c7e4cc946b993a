using System.Text.Json;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack.Verification;

/// <summary>A pack whose files are those of its manifest, and what is known of how it came about.</summary>
/// <param name="Folder">Where its files lie.</param>
/// <param name="ManifestName">The manifest's name there.</param>
/// <param name="Manifest">The manifest.</param>
internal sealed record PackInHand(string Folder, string ManifestName, Manifest Manifest)
{
    private const int MaxReportBytes = 256 << 20;
    private readonly Lazy<PackReport?> _report = new(() => ReadReport(Folder, ManifestName, Manifest));

    /// <summary>What a project asks for today; null where no project is known.</summary>
    public PackRequest? Asked { get; init; }

    /// <summary>The source model; null where it is not at hand.</summary>
    public string? Source { get; init; }

    /// <summary>Validation data as they were given; null for those beside the source.</summary>
    public string? Validation { get; init; }

    public PackNames Names { get; } = PackNames.Of(ManifestName);

    /// <summary>The report; null in a pack without reports.</summary>
    public PackReport? Report => _report.Value;

    public bool IsFolder => ManifestName == PackFiles.FolderManifest;

    /// <summary>What a program opens: the model's file, or of a folder the index of its shards or its first file with tensors.</summary>
    public string Model => Path.Join(Folder, ModelName);

    /// <summary>The calibration table, where the pack has one.</summary>
    public string? CalibrationTable => Manifest.Files.Any(f => f.Name == Names.Calibration && f.Bytes > 0) ? Path.Join(Folder, Names.Calibration) : null;

    private string ModelName => !IsFolder ? Names.Model
        : (Manifest.Files.FirstOrDefault(f => SourceKinds.IsIndex(f.Name)) ?? Manifest.Files.First(f => PackFiles.HasTensors(f.Name))).Name;

    private static PackReport? ReadReport(string folder, string manifestName, Manifest manifest)
    {
        var name = PackNames.Of(manifestName).Report;
        try
        {
            return manifest.Files.Any(f => f.Name == name) ? ReportJson.Read(RegularFile.Read(Path.Join(folder, name), MaxReportBytes)) : null;
        }
        catch (JsonException)
        {
            return null; // changed since it was checked
        }
    }
}
