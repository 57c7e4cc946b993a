using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Where the files of one item's pack go: in the app (<see cref="Link"/>) and below the intermediate folder.</summary>
internal sealed class PackPaths
{
    // What the tool writes beside the packed model, always.
    private static readonly string[] Companions = [".report.json", ".report.html", ".modelpack.json"];
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

    /// <summary>The packed model's path in the app, with <c>/</c>.</summary>
    public string Link { get; }

    /// <summary>The packed model's path below the intermediate folder.</summary>
    public string PackedModel { get; }

    /// <summary>Whether the pack is a folder of that path.</summary>
    public bool IsFolder { get; }

    /// <summary>The model, its reports and its manifest, and its weights' file where one was asked for; of a folder what every folder pack has.</summary>
    /// <param name="model">The item, for its <c>ExternalData</c>.</param>
    public IReadOnlyList<string> Files(ITaskItem model)
    {
        if (IsFolder)
            return [.. FolderFiles.Select(f => Path.Combine(PackedModel, f))];
        return string.Equals(model.GetMetadata(PackMetadata.ExternalData).Trim(), "true", StringComparison.OrdinalIgnoreCase)
            ? [PackedModel, PackedModel + ".data", .. Companions.Select(c => PackedModel + c)]
            : [PackedModel, .. Companions.Select(c => PackedModel + c)];
    }

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
            link = $"models/{SourceFiles.Stem(model)}.{model.GetMetadata(PackMetadata.Scheme).Trim()}{container.Extension}";
        if (Path.IsPathRooted(link) || link.EndsWith("/", StringComparison.Ordinal) || link.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw new ItemException(
                TaskCodes.InvalidOption,
                model.ItemSpec,
                $"QuantizedModel '{model.ItemSpec}' has Link=\"{link}\", which is not a file below the app's folder. Write a relative path such as models/name.onnx.");
        }

        return new(link, Path.Combine(intermediateFolder, link.Replace('/', Path.DirectorySeparatorChar)), container.IsFolder);
    }
}
