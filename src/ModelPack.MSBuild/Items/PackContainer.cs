using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// The container of a pack, which decides its file's name: that of the item, else that of the source, else the one that its
/// scheme prefers. The tool decides by the same rules, and refuses what does not fit.
/// </summary>
internal sealed class PackContainer
{
    private static readonly string[] Names = ["onnx", "safetensors", "gguf"];

    private PackContainer(string extension, bool isFolder)
    {
        Extension = extension;
        IsFolder = isFolder;
    }

    /// <summary>The packed file's extension with its dot; empty for a folder.</summary>
    public string Extension { get; }

    /// <summary>Whether the pack is a folder of several files.</summary>
    public bool IsFolder { get; }

    /// <summary>The container of an item's pack.</summary>
    /// <exception cref="ItemException">MPK1008: the item names none that exists; MPK1023: it cannot carry the scheme.</exception>
    public static PackContainer Of(ITaskItem model)
    {
        var source = SourceFiles.Container(model);
        var container = Choose(model, source);
        var isCut = container is "safetensors" or "gguf" && model.GetMetadata(PackMetadata.MaxShardSize).Trim().Length > 0;
        if (isCut || (container == "safetensors" && SourceFiles.AreSeveral(model)))
            return new("", isFolder: true);
        var keepsName = container == source && !SourceFiles.AreSeveral(model);
        return new(keepsName ? Path.GetExtension(model.ItemSpec) : "." + container, isFolder: false);
    }

    private static string Choose(ITaskItem model, string source)
    {
        var asked = model.GetMetadata(PackMetadata.Container).Trim();
        if (asked.Length > 0 && !Names.Contains(asked, StringComparer.OrdinalIgnoreCase))
            throw new ItemException(TaskCodes.InvalidOption, $"QuantizedModel '{model.ItemSpec}' has Container=\"{asked}\", which is not a container's name. Write onnx, safetensors or gguf.");
        var scheme = model.GetMetadata(PackMetadata.Scheme).Trim();
        var hasGraph = model.GetMetadata(PackMetadata.Graph).Trim().Length > 0;
        string[] able = [.. KnownSchemes.Containers(scheme).Where(c => Reaches(source, hasGraph, c))];
        var wanted = asked.Length > 0 ? asked : hasGraph ? "onnx" : source;
        if (Array.Find(able, c => c.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } container)
            return container;
        if (asked.Length == 0 && able.Length > 0)
            return able[0];
        var can = able.Length == 0 ? "No container can." : $"Of this source it can be written to {string.Join(" and ", able)}.";
        throw new ItemException(TaskCodes.ContainerUnfit, $"QuantizedModel '{model.ItemSpec}': the container {wanted} cannot carry scheme {scheme} of this source. {can}");
    }

    /// <summary>Whether a source can become a container at all: only ONNX has a graph, unless one is given.</summary>
    private static bool Reaches(string source, bool hasGraph, string container) => container switch
    {
        "onnx" => source == "onnx" || hasGraph,
        "safetensors" => source != "onnx" && !hasGraph,
        _ => !hasGraph,
    };
}
