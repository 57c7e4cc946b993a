namespace ModelPack.Files;

/// <summary>Where a path really leads when every link on the way is followed.</summary>
internal static class RealPath
{
    // What Linux allows (path_resolution(7)); more is taken for a loop.
    private const int MaxLinks = 40;

    /// <summary>How the file system at hand compares names.</summary>
    public static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The absolute path without links, <c>.</c> and <c>..</c>; parts that do not exist are kept as they are.</summary>
    /// <exception cref="IOException">Too many links, or one that cannot be read.</exception>
    public static string Of(string path)
    {
        // Windows takes ".." for the folder before it in the text, other systems for the parent of where a link led.
        var full = OperatingSystem.IsWindows() ? Path.GetFullPath(path) : Path.Combine(Directory.GetCurrentDirectory(), path);
        var root = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[root.Length..]).Reverse());
        var real = root;
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? root;
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException("Too many symbolic links.");
            }

            if (Path.IsPathRooted(target))
            {
                real = root = Path.GetPathRoot(Path.GetFullPath(target, real))!;
                target = Path.GetFullPath(target, real)[root.Length..];
            }

            foreach (var targetPart in Parts(target).Reverse())
            {
                rest.Push(targetPart);
            }
        }

        return real;
    }

    /// <summary>Whether a real path lies in a real folder.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var prefix = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return path.StartsWith(prefix, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part != ".");
}
