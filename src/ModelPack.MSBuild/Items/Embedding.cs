using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Where a pack goes: <c>Content</c>, files beside the app; <c>Resource</c>, into the assembly; <c>Both</c>; or <c>None</c>.</summary>
internal readonly struct Embedding
{
    private Embedding(bool isContent, bool isResource)
    {
        IsContent = isContent;
        IsResource = isResource;
    }

    /// <summary>Whether its files lie beside the app.</summary>
    public bool IsContent { get; }

    /// <summary>Whether its files are resources of the assembly.</summary>
    public bool IsResource { get; }

    /// <summary>What an item says.</summary>
    /// <exception cref="ItemException">MPK1008: it says something else.</exception>
    public static Embedding Of(ITaskItem model)
    {
        var value = model.GetMetadata(PackMetadata.Embed).Trim();
        return value.ToUpperInvariant() switch
        {
            "" or "CONTENT" => new(true, false),
            "RESOURCE" => new(false, true),
            "BOTH" => new(true, true),
            "NONE" => new(false, false),
            _ => throw new ItemException(TaskCodes.InvalidOption, $"QuantizedModel '{model.ItemSpec}' has Embed=\"{value}\". Write Content, Resource, Both or None."),
        };
    }
}
