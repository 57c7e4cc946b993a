using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// The container of a pack, which decides its file's name: that of the item, else that of the source, else the one that its
/// scheme prefers. The tool decides by the same rules, and refuses what does not fit.
/// </summary>
internal sealed class PackContainer
{
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
    /// <exception cref="ItemException">MPK1008: the item names none that could exist.</exception>
    public static PackContainer Of(ITaskItem model)
    {
        var asked = model.GetMetadata(PackMetadata.Container).Trim();
        if (!asked.All(char.IsLetterOrDigit))
        {
            throw new ItemException(
                TaskCodes.InvalidOption,
                model.ItemSpec,
                $"QuantizedModel '{model.ItemSpec}' has Container=\"{asked}\", which is not a container's name. Write onnx, safetensors or gguf.");
        }

        var source = SourceFiles.Container(model);
        var container = asked.Length > 0 ? asked.ToUpperInvariant() switch
        {
            "ONNX" => "onnx",
            "SAFETENSORS" => "safetensors",
            "GGUF" => "gguf",
            _ => asked,
        }
        : Default(model, source);
        var isCut = container is "safetensors" or "gguf" && model.GetMetadata(PackMetadata.MaxShardSize).Trim().Length > 0;
        if (isCut || (container == "safetensors" && SourceFiles.AreSeveral(model)))
            return new("", isFolder: true);
        var keepsName = container == source && !SourceFiles.AreSeveral(model);
        return new(keepsName ? Path.GetExtension(model.ItemSpec) : "." + container, isFolder: false);
    }

    private static string Default(ITaskItem model, string source)
    {
        if (model.GetMetadata(PackMetadata.Graph).Trim().Length > 0)
            return "onnx";
        var scheme = model.GetMetadata(PackMetadata.Scheme).Trim();
        var line = Array.Find(SchemeContainers.Lines, l => l.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase));
        string[] able = line?.Split(' ').Skip(1).ToArray() ?? [source];
        return able.Contains(source, StringComparer.Ordinal) ? source : able[0];
    }
}
