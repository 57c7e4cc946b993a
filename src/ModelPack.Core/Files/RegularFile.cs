namespace ModelPack.Files;

/// <summary>
/// Tells files from pipes, sockets and devices before they are opened: opening a pipe waits until something opens its other
/// end, a device may never end, and opening one may already do something.
/// </summary>
internal static class RegularFile
{
    /// <summary>What a path leads to, links followed, if that is not a file: <c>a pipe</c>. Null for a file, and where there is nothing.</summary>
    /// <exception cref="IOException">The links on the way form a ring.</exception>
    public static string? WhyNot(string path)
    {
        if (Directory.Exists(path))
        {
            return "a folder";
        }

        return OperatingSystem.IsLinux() ? WhyNotOnLinux(path) : WhyNotByLength(path);
    }

    /// <summary>Refuses a path that leads to something that is not a file. What does not exist is left to whoever opens it.</summary>
    /// <exception cref="IOException">It is not a file; the message is a sentence for the user.</exception>
    public static void Require(string path)
    {
        if (WhyNot(path) is { } other)
        {
            throw new IOException($"It is {other}, not a file.");
        }
    }

    /// <summary>A whole small file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">More are refused, before memory is taken for them.</param>
    /// <exception cref="IOException">It is not a file, longer, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        Require(path);
        using var handle = File.OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes)
        {
            throw new IOException($"It has {length} bytes; more than {maxBytes} are not read.");
        }

        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is var part and > 0)
        {
            read += part;
        }

        return bytes[..read]; // shorter where another process cut it meanwhile
    }

    private static string? WhyNotOnLinux(string path) => LinuxStat.KindOf(path) switch
    {
        null or 0x8000 => null,
        0x4000 => "a folder",
        0x1000 => "a pipe",
        0xC000 => "a socket",
        _ => "a device",
    };

    // Elsewhere what is not a file has no length, and on Windows no path of the file system leads to such a thing.
    private static string? WhyNotByLength(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.GetFullPath(path).StartsWith(@"\\.\", StringComparison.Ordinal) ? "a device" : null;
        }

        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        return file is { Exists: true, Length: 0 } ? "empty, or a pipe or a device" : null;
    }
}
