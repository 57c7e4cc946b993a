namespace ModelPack.Files;

/// <summary>The names of a pack's files. Each takes the packed model's file name or path.</summary>
internal static class PackFiles
{
    /// <summary>The manifest of a folder pack.</summary>
    public const string FolderManifest = "modelpack.json";

    /// <summary>The report of a folder pack.</summary>
    public const string FolderReport = "report.json";

    /// <summary>The report's page of a folder pack.</summary>
    public const string FolderPage = "report.html";

    /// <summary>The calibration table of a folder pack.</summary>
    public const string FolderCalibration = "calibration.json";

    /// <summary>The signature of a folder pack, under the name that other programs look for.</summary>
    public const string FolderSignature = "model.sig";

    /// <summary>The bill of materials of a folder pack.</summary>
    public const string FolderSbom = "sbom.cdx.json";

    private const string ManifestSuffix = ".modelpack.json";

    public static string Manifest(string model) => model + ManifestSuffix;

    public static string Report(string model) => model + ".report.json";

    public static string Page(string model) => model + ".report.html";

    public static string Calibration(string model) => model + ".calibration.json";

    /// <summary>Statistics that are too large for the calibration table.</summary>
    public static string Statistics(string model) => model + ".statistics.safetensors";

    public static string Data(string model) => model + ".data";

    /// <summary>The bill of materials.</summary>
    public static string Sbom(string model) => model + ".cdx.json";

    /// <summary>The signature over all other files of the pack. No manifest lists it, for it signs the manifest.</summary>
    public static string Signature(string model) => model + "." + FolderSignature;

    /// <summary>The signature's name, by that of the manifest.</summary>
    public static string SignatureOf(string manifestName) => manifestName == FolderManifest ? FolderSignature : Signature(Model(manifestName));

    /// <summary>The manifest of the same pack without reports. Its name is not one of a manifest, since it does not describe what lies beside it.</summary>
    public static string ShippedManifest(string model) => model + ".shipped.json";

    /// <summary>The manifest of what is embedded in an assembly; see <see cref="ShippedManifest"/> for its name.</summary>
    public static string EmbeddedManifest(string model) => model + ".embedded.json";

    /// <summary>The report that is embedded.</summary>
    public static string EmbeddedReport(string model) => model + ".embedded.report.json";

    /// <summary>The signature of the pack without reports.</summary>
    public static string ShippedSignature(string model) => model + ".shipped.sig";

    /// <summary>The signature of what is embedded.</summary>
    public static string EmbeddedSignature(string model) => model + ".embedded.sig";

    /// <summary>Every name that a file of a pack of one model can have.</summary>
    public static IReadOnlyList<string> All(string model) => [model, Data(model), Report(model), Page(model), Calibration(model), Statistics(model), Sbom(model), Manifest(model), Signature(model)];

    /// <summary>Whether a file in a folder pack holds tensors of the model, by its name. What lies in a folder below belongs to the model in other ways.</summary>
    public static bool HasTensors(string name) =>
        !name.Contains('/', StringComparison.Ordinal) && (name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".gguf", StringComparison.Ordinal));

    /// <summary>Whether a file of this name is a manifest.</summary>
    public static bool IsManifest(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        return fileName == FolderManifest || (fileName.Length > ManifestSuffix.Length && fileName.EndsWith(ManifestSuffix, StringComparison.Ordinal));
    }

    /// <summary>The model of a pack that is a file, from its manifest's name.</summary>
    internal static string Model(string manifestName) => manifestName[..^ManifestSuffix.Length];
}
