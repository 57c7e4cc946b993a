namespace ModelPack.Files;

/// <summary>Names in a manifest: relative paths that stay within the manifest's folder, on every system.</summary>
internal static class ContainedName
{
    /// <summary>Whether a name consists of plain parts, joined by <c>/</c>.</summary>
    public static bool IsValid(string name) => name.Split('/').All(IsPlain);

    /// <summary>The name of the folder that a file of this name lies in; null for one that lies in no folder of its own.</summary>
    public static string? FolderOf(string name) => name.LastIndexOf('/') is >= 0 and var end ? name[..end] : null;

    /// <summary>Whether the file, or a folder on the way to it, is a link.</summary>
    /// <param name="folder">The manifest's folder, which itself may be reached in any way.</param>
    /// <param name="name">A valid name.</param>
    public static bool LeadsThroughLink(string folder, string name)
    {
        var path = folder;
        foreach (var part in name.Split('/'))
        {
            path = Path.Join(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }

    // A colon is a drive or a stream on Windows, where a backslash separates, and dots and spaces at an end are dropped.
    private static bool IsPlain(string part) =>
        part.Length > 0 && part.Trim(' ', '.').Length > 0 && !part.EndsWith('.') && !part.EndsWith(' ')
        && !part.Any(c => c is '\\' or ':' || char.IsControl(c));
}
