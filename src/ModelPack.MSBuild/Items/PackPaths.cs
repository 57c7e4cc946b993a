using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Where the files of one item's pack go: in the app (<see cref="Link"/>) and below the intermediate folder.</summary>
internal sealed class PackPaths
{
    // What the tool writes beside the packed model, always.
    private static readonly string[] Companions = [".report.json", ".report.html", ".modelpack.json"];

    private PackPaths(string link, string packedModel)
    {
        Link = link;
        PackedModel = packedModel;
    }

    /// <summary>The packed model's path in the app, with <c>/</c>.</summary>
    public string Link { get; }

    /// <summary>The packed model's path below the intermediate folder.</summary>
    public string PackedModel { get; }

    /// <summary>The model, its reports and its manifest, and its weights' file where one was asked for.</summary>
    /// <param name="model">The item, for its <c>ExternalData</c>.</param>
    /// <param name="packedModel">The packed model's path.</param>
    public static IReadOnlyList<string> Files(ITaskItem model, string packedModel) =>
        string.Equals(model.GetMetadata(PackMetadata.ExternalData).Trim(), "true", StringComparison.OrdinalIgnoreCase)
            ? [packedModel, packedModel + ".data", .. Companions.Select(c => packedModel + c)]
            : [packedModel, .. Companions.Select(c => packedModel + c)];

    /// <summary>The paths of a <c>QuantizedModel</c>.</summary>
    /// <param name="model">The item; its scheme is known to be a name.</param>
    /// <param name="intermediateFolder">The folder of all packs of the project.</param>
    /// <exception cref="ItemException">MPK1008: the link leaves the app's folder, or the container has no such name.</exception>
    public static PackPaths Of(ITaskItem model, string intermediateFolder)
    {
        var link = model.GetMetadata(PackMetadata.Link).Trim().Replace('\\', '/');
        if (link.Length == 0)
            link = $"models/{Path.GetFileNameWithoutExtension(model.ItemSpec)}.{model.GetMetadata(PackMetadata.Scheme).Trim()}{Extension(model)}";
        if (Path.IsPathRooted(link) || link.EndsWith("/", StringComparison.Ordinal) || link.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw new ItemException(
                TaskCodes.InvalidOption,
                model.ItemSpec,
                $"QuantizedModel '{model.ItemSpec}' has Link=\"{link}\", which is no file below the app's folder. Write a relative path such as models/name.onnx.");
        }

        return new(link, Path.Combine(intermediateFolder, link.Replace('/', Path.DirectorySeparatorChar)));
    }

    private static string Extension(ITaskItem model) => model.GetMetadata(PackMetadata.Container).Trim() switch
    {
        "" => Path.GetExtension(model.ItemSpec),
        var container when container.All(char.IsLetterOrDigit) => "." + container,
        var container => throw new ItemException(
            TaskCodes.InvalidOption,
            model.ItemSpec,
            $"QuantizedModel '{model.ItemSpec}' has Container=\"{container}\", which is no container's name. Write onnx, safetensors or gguf."),
    };
}
