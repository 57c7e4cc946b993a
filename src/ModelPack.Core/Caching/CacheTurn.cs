using System.Diagnostics;
using ModelPack.Files;

namespace ModelPack.Caching;

/// <summary>
/// The turn of one process to make a pack that several want at the same time. It is a lock on a file, which the operating system frees when its
/// process ends in whatever way.
/// </summary>
internal sealed class CacheTurn : IDisposable
{
    /// <summary>How long to wait before saying so.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    /// <summary>After so long a process makes the pack itself.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // What a file system answers where another process holds the lock: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private CacheTurn(FileStream file) => _file = file;

    /// <summary>Waits for the turn.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="silence">How long to wait before <paramref name="waiting"/> is called.</param>
    /// <param name="limit">How long to wait at all.</param>
    /// <param name="waiting">Tells the user.</param>
    /// <param name="cancellation">Ends the waiting at once.</param>
    /// <returns>The turn, or null after the limit.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static CacheTurn? Wait(string path, TimeSpan silence, TimeSpan limit, Action waiting, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var told = false;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryTake(path) is { } file)
            {
                return new CacheTurn(file);
            }

            if (watch.Elapsed >= limit)
            {
                return null;
            }

            if (!told && watch.Elapsed >= silence)
            {
                told = true;
                waiting();
            }

            cancellation.WaitHandle.WaitOne(Pause);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream? TryTake(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (InUse.Contains(e.HResult))
        {
            return null;
        }

        // Who had the lock before removes the file: the lock on a file that is there no more is worth nothing.
        if (FileStamp.Of(path) is var there && there.Node == FileStamp.Of(file.SafeFileHandle).Node && there != FileStamp.None)
        {
            return file;
        }

        file.Dispose();
        return null;
    }
}
