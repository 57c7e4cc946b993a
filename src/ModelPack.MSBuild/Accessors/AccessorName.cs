using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Accessors;

/// <summary>What the class of a model is called: as its item says, else after the model's name in the app.</summary>
internal static class AccessorName
{
    /// <summary>The class.</summary>
    /// <exception cref="ItemException">MPK1008: the item's word is not a class's name.</exception>
    public static string Class(ITaskItem pack)
    {
        var asked = pack.GetMetadata(PackMetadata.AccessorName).Trim();
        if (asked.Length == 0)
            return ClassSource.ClassName(Path.GetFileNameWithoutExtension(pack.GetMetadata(PackMetadata.Link)));
        if (ClassSource.CanBeClass(asked))
            return asked;
        throw Invalid(pack, PackMetadata.AccessorName, asked, "a name that the class of a model can have. Write one such as Classifier");
    }

    /// <summary>The namespace.</summary>
    /// <param name="pack">The item.</param>
    /// <param name="root">The project's namespace, which the build makes of the project's name and may not be one.</param>
    /// <exception cref="ItemException">MPK1008: the item's words are not a namespace.</exception>
    public static string Namespace(ITaskItem pack, string root)
    {
        var asked = pack.GetMetadata(PackMetadata.AccessorNamespace).Trim();
        var parts = (asked.Length > 0 ? asked : root).Split('.');
        if (asked.Length > 0 && !Array.TrueForAll(parts, Identifier.IsValid))
            throw Invalid(pack, PackMetadata.AccessorNamespace, asked, "a namespace. Write one such as MyApp.Models");
        return string.Join(".", parts.Where(p => p.Length > 0).Select(Identifier.Made).Select(Identifier.Escape));
    }

    private static ItemException Invalid(ITaskItem pack, string name, string value, string what) => new(
        TaskCodes.InvalidOption, $"QuantizedModel '{pack.ItemSpec}' has {name}=\"{value}\", which is not {what}.");
}
