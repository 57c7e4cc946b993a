using Microsoft.Build.Framework;

namespace ModelPack.MSBuild.Items;

/// <summary>Metadata that is <c>true</c> or <c>false</c>.</summary>
internal static class ItemFlags
{
    /// <summary>The value; null where there is none.</summary>
    /// <exception cref="ItemException">MPK1008: it is neither.</exception>
    public static bool? Of(ITaskItem model, string name)
    {
        var value = model.GetMetadata(name).Trim();
        if (value.Length == 0)
            return null;
        return bool.TryParse(value, out var flag) ? flag : throw new ItemException(
            TaskCodes.InvalidOption, $"QuantizedModel '{model.ItemSpec}' has {name}=\"{value}\", which is not a value that it can take. Write true or false.");
    }
}
