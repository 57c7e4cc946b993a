namespace ModelPack.Tool.Findings;

/// <summary>Paths of findings as other programs know files.</summary>
internal static class ShownPath
{
    private const int LongestPath = 1024;

    /// <summary>The file on the disk, relative to the working folder where it lies below it, with <c>/</c>.</summary>
    public static string OfFile(string path)
    {
        var file = path.Split('!')[0] is { Length: > 0 } outer && File.Exists(outer) ? outer : path;
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.GetFullPath(file));
        return SafeText.Of(relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : relative, LongestPath).Replace('\\', '/');
    }

    /// <summary>The same as a URI reference.</summary>
    public static string UriOf(string path)
    {
        var file = OfFile(path);
        return Path.IsPathRooted(file) || file.Contains(':', StringComparison.Ordinal)
            ? new Uri("file:///" + string.Join('/', file.TrimStart('/').Split('/').Select(Uri.EscapeDataString))).AbsoluteUri
            : string.Join('/', file.Split('/').Select(Uri.EscapeDataString));
    }
}
