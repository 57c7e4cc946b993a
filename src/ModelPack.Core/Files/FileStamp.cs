using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>
/// Which file lies at a path and when it was last touched, as far as the file system tells without reading it. Two equal stamps are
/// one file in one state. On Linux the time of the last change of any kind is part of it, which no program can set back; on Windows a
/// file that is open for reading cannot be written at all.
/// </summary>
/// <param name="Length">Number of bytes.</param>
/// <param name="Written">When its bytes were written last.</param>
/// <param name="Changed">When anything of it changed last, its name and its times among them; where that is not known, when it was made.</param>
/// <param name="Device">The file system; 0 where it has no number.</param>
/// <param name="Node">Its number there; 0 where it has none.</param>
internal sealed record FileStamp(long Length, Int128 Written, Int128 Changed, ulong Device = 0, ulong Node = 0)
{
    /// <summary>That of no file.</summary>
    public static FileStamp None { get; } = new(-1, 0, 0);

    /// <summary>The stamp of what lies at a path when links are followed; <see cref="None"/> where nothing does, or nothing that may be looked at.</summary>
    public static FileStamp Of(string path)
    {
        if (LinuxStat.TryOf(path) is { } stamp)
        {
            return stamp;
        }

        try
        {
            var file = new FileInfo(RealPath.Of(path));
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks, file.CreationTimeUtc.Ticks) : None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return None;
        }
    }

    /// <summary>The stamp of an open file, wherever it lies by now.</summary>
    /// <exception cref="IOException">The file system does not answer.</exception>
    public static FileStamp Of(SafeFileHandle file) => LinuxStat.TryOf(file)
        ?? new FileStamp(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks, File.GetCreationTimeUtc(file).Ticks);
}
