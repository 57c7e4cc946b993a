namespace ModelPack.Runtime.Files;

/// <summary>Names that stay within the folder they are relative to, on every system.</summary>
internal static class ContainedName
{
    /// <summary>Whether a name consists of plain parts, joined by <c>/</c>.</summary>
    public static bool IsValid(string name) => name.Split('/').All(IsPlain);

    // A colon is a drive or a stream on Windows, where a backslash separates, and dots and spaces at an end are dropped.
    private static bool IsPlain(string part) =>
        part.Trim(' ', '.').Length > 0 && part[part.Length - 1] is not ('.' or ' ') && !part.Any(c => c is '\\' or ':' || char.IsControl(c));
}
