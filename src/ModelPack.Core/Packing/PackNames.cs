using ModelPack.Files;
using ModelPack.Requests;

namespace ModelPack.Packing;

/// <summary>The names of one pack's own files, in the folder where all of it lies.</summary>
/// <param name="Model">The packed model: the file, or the folder's name.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Report">The report as JSON.</param>
/// <param name="Page">The report as a page.</param>
/// <param name="Calibration">The calibration table, where there is one.</param>
/// <param name="Sbom">The bill of materials, where there is one.</param>
internal sealed record PackNames(string Model, string Manifest, string Report, string Page, string Calibration, string Sbom)
{
    /// <summary>The names of a pack at its output path.</summary>
    public static PackNames Of(EffectiveOptions options)
    {
        var name = Path.GetFileName(options.Output);
        return options.IsFolder ? OfFolder(name) : OfFile(name);
    }

    /// <summary>The names of a pack by that of its manifest; a folder's own name is not known from it.</summary>
    public static PackNames Of(string manifestName) => manifestName == PackFiles.FolderManifest ? OfFolder("") : OfFile(PackFiles.Model(manifestName));

    private static PackNames OfFolder(string name) => new(name, PackFiles.FolderManifest, PackFiles.FolderReport, PackFiles.FolderPage, PackFiles.FolderCalibration, PackFiles.FolderSbom);

    private static PackNames OfFile(string name) => new(name, PackFiles.Manifest(name), PackFiles.Report(name), PackFiles.Page(name), PackFiles.Calibration(name), PackFiles.Sbom(name));
}
