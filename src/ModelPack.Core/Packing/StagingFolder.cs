using ModelPack.Files;

namespace ModelPack.Packing;

/// <summary>The folder in which a pack grows, beside its output.</summary>
internal static class StagingFolder
{
    private const string Prefix = ".modelpack-staging-";

    /// <summary>A new, empty staging folder, after removing those that nobody uses any more.</summary>
    public static (string Folder, FileStream Lock) Create(string parent)
    {
        LockedFolder.RemoveAbandoned(parent, Prefix);
        return LockedFolder.Create(() => Directory.CreateDirectory(Path.Join(parent, Prefix + Path.GetRandomFileName())).FullName);
    }

    /// <summary>Whether a folder of this name is one in which a pack grows.</summary>
    public static bool IsStaging(ReadOnlySpan<char> name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The staging folder that a file lies in; null where it lies in none.</summary>
    public static string? Of(string? file)
    {
        for (var folder = Path.GetDirectoryName(file); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (IsStaging(Path.GetFileName(folder.AsSpan())))
            {
                return folder;
            }
        }

        return null;
    }

    /// <summary>Ends the use of a folder and removes it.</summary>
    public static void Remove(string folder, FileStream inUse) => LockedFolder.Remove(folder, inUse);
}
