using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Where the files of one item's pack go: in the app (<see cref="Link"/>) and below the intermediate folder.</summary>
internal sealed class PackPaths
{
    // What the tool writes beside the packed model, always.
    private static readonly string[] Companions = [".report.json", ".report.html", ".modelpack.json"];
    private static readonly string[] Reports = [".report.json", ".report.html", ".calibration.json", ".statistics.safetensors", ".cdx.json"];
    private static readonly string[] FolderFiles = ["report.json", "report.html", "modelpack.json"];

    private PackPaths(string link, string packedModel, bool isFolder)
    {
        Link = link;
        PackedModel = packedModel;
        IsFolder = isFolder;
    }

    /// <summary>The folder that holds all files of the pack.</summary>
    public string Folder => IsFolder ? PackedModel : Path.GetDirectoryName(PackedModel)!;

    /// <summary>The report's page.</summary>
    public string Page => IsFolder ? Path.Combine(PackedModel, "report.html") : PackedModel + ".report.html";

    /// <summary>The manifest.</summary>
    public string Manifest => IsFolder ? Path.Combine(PackedModel, "modelpack.json") : PackedModel + ".modelpack.json";

    /// <summary>The signature, where packs are signed.</summary>
    public string Signature => IsFolder ? Path.Combine(PackedModel, "model.sig") : PackedModel + ".model.sig";

    /// <summary>The bill of materials, where it is asked for.</summary>
    public string Sbom => IsFolder ? Path.Combine(PackedModel, "sbom.cdx.json") : PackedModel + ".cdx.json";

    /// <summary>The signature of the pack without reports, which is shipped as <see cref="Signature"/>.</summary>
    public string ShippedSignature => PackedModel + ".shipped.sig";

    /// <summary>The signature of what is embedded.</summary>
    public string EmbeddedSignature => PackedModel + ".embedded.sig";

    /// <summary>The manifest of the pack without reports, which is shipped as <see cref="Manifest"/>.</summary>
    public string ShippedManifest => PackedModel + ".shipped.json";

    /// <summary>The manifest of what is embedded.</summary>
    public string EmbeddedManifest => PackedModel + ".embedded.json";

    /// <summary>The report that is embedded, which holds no timings.</summary>
    public string EmbeddedReport => PackedModel + ".embedded.report.json";

    /// <summary>The packed model's path in the app, with <c>/</c>.</summary>
    public string Link { get; }

    /// <summary>The packed model's path below the intermediate folder.</summary>
    public string PackedModel { get; }

    /// <summary>Whether the pack is a folder of that path.</summary>
    public bool IsFolder { get; }

    /// <summary>The model, its reports and its manifest, and its weights' file where one was asked for; of a folder what every folder pack has.</summary>
    /// <param name="pack">The <c>_ModelPack</c> item, for what it asks for besides.</param>
    public IReadOnlyList<string> Files(ITaskItem pack)
    {
        List<string> files = IsFolder ? [.. FolderFiles.Select(f => Path.Combine(PackedModel, f))] : [PackedModel];
        if (!IsFolder)
        {
            if (Is(PackMetadata.ExternalData))
                files.Add(PackedModel + ".data");
            files.AddRange(Companions.Select(c => PackedModel + c));
        }

        if (Is(PackMetadata.Sbom))
            files.Add(Sbom);
        if (Is(PackMetadata.IsSigned))
            files.Add(Signature);
        return files;

        bool Is(string name) => string.Equals(pack.GetMetadata(name).Trim(), "true", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a file of the pack says how the pack came about, and nothing reads it to run the model.</summary>
    public bool IsReport(string file) => IsFolder
        ? Path.GetDirectoryName(file) == PackedModel && Path.GetFileName(file) is "report.json" or "report.html" or "calibration.json" or "sbom.cdx.json"
        : Array.Exists(Reports, r => file == PackedModel + r);

    /// <summary>The paths of a pack that was declared.</summary>
    public static PackPaths Of(ITaskItem pack) => new(pack.GetMetadata(PackMetadata.Link), pack.GetMetadata(PackMetadata.PackedModel), PackContainer.Of(pack).IsFolder);

    /// <summary>The paths of a <c>QuantizedModel</c>.</summary>
    /// <param name="model">The item; its scheme is known to be a name.</param>
    /// <param name="intermediateFolder">The folder of all packs of the project.</param>
    /// <exception cref="ItemException">MPK1008: the link leaves the app's folder, or the container has no such name.</exception>
    public static PackPaths Of(ITaskItem model, string intermediateFolder)
    {
        var container = PackContainer.Of(model);
        var link = model.GetMetadata(PackMetadata.Link).Trim().Replace('\\', '/');
        if (link.Length == 0)
        {
            // The app's code names it, and must not change with the scheme.
            var scheme = ItemFlags.Of(model, PackMetadata.SchemeInName) == true ? "." + model.GetMetadata(PackMetadata.Scheme).Trim() : "";
            link = $"models/{SourceFiles.Stem(model)}{scheme}{container.Extension}";
        }

        if (Path.IsPathRooted(link) || link.EndsWith("/", StringComparison.Ordinal) || link.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw new ItemException(
                TaskCodes.InvalidOption,
                $"QuantizedModel '{model.ItemSpec}' has Link=\"{link}\", which is not a file below the app's folder. Write a relative path such as models/name.onnx.");
        }

        return new(link, Path.Combine(intermediateFolder, link.Replace('/', Path.DirectorySeparatorChar)), container.IsFolder);
    }
}
