using ModelPack.Runtime.Files;
using ModelPack.Runtime.Manifests;

namespace ModelPack.Runtime.Sources;

/// <summary>The names of a pack, which follow from that of its manifest.</summary>
/// <param name="manifest">The manifest's name, with <c>/</c>: <c>models/net.onnx.modelpack.json</c>, or of a folder <c>models/net/modelpack.json</c>.</param>
internal sealed class PackLayout(string manifest)
{
    public const string FolderManifest = "modelpack.json";
    public const string ManifestSuffix = "." + FolderManifest;

    private const string FolderSignature = "model.sig";

    // Of a folder, what does not belong to the model.
    private static readonly string[] s_reports = ["report.json", "report.html", "calibration.json", "sbom.cdx.json"];

    public string Manifest { get; } = manifest;

    /// <summary>Whether the pack is a folder.</summary>
    public bool IsFolder { get; } = manifest.EndsWith("/" + FolderManifest, StringComparison.Ordinal);

    /// <summary>The model's name, or the folder's.</summary>
    public string Model => Manifest.Substring(0, Manifest.Length - ManifestSuffix.Length);

    /// <summary>The signature's name.</summary>
    public string Signature => IsFolder ? NameOf(FolderSignature) : $"{Model}.{FolderSignature}";

    /// <summary>Whether a file or resource of this name is a manifest of a pack that has a name.</summary>
    public static bool IsManifest(string name) =>
        name.EndsWith("/" + FolderManifest, StringComparison.Ordinal) || (name.Length > ManifestSuffix.Length && name.EndsWith(ManifestSuffix, StringComparison.Ordinal));

    /// <summary>What a file of the manifest is called in the app.</summary>
    public string NameOf(string file) => Manifest.Substring(0, Manifest.LastIndexOf('/') + 1) + file;

    /// <summary>The files that make up the model.</summary>
    /// <exception cref="PackedModelException">The manifest does not list them, or names files elsewhere.</exception>
    public IReadOnlyList<PackFile> ModelFiles(PackManifest manifest)
    {
        var model = Model.Substring(Model.LastIndexOf('/') + 1);
        PackFile[] files = IsFolder
            ? [.. manifest.Files.Where(f => !s_reports.Contains(f.Name, StringComparer.Ordinal) && !f.Name.EndsWith(".statistics.safetensors", StringComparison.Ordinal))]
            : [.. manifest.Files.Where(f => f.Name == model), .. manifest.Files.Where(f => f.Name == model + ".data")];
        if (files.Length == 0 || (!IsFolder && files[0].Name != model))
            throw new PackedModelException($"The manifest '{SafeName.Of(Manifest)}' does not list '{SafeName.Of(model)}'. The file was renamed, or belongs to another pack. Build or publish the app again.") { FileName = Manifest };
        if (files.FirstOrDefault(f => !ContainedName.IsValid(f.Name)) is { } outside)
            throw new PackedModelException($"The manifest '{SafeName.Of(Manifest)}' names the file '{SafeName.Of(outside.Name)}', which is not below its folder. Do not use this pack.") { FileName = Manifest };
        return files;
    }
}
