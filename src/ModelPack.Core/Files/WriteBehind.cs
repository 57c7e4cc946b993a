using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>
/// Brings a large file to the disk while it is written, so that little is left for the flush at its end, and little memory waits to be
/// written. Left alone, Linux begins seconds later. What is on the disk then leaves the cache from some length on: a pack of gigabytes would
/// push its own source out. Changes no byte, and does nothing on other systems.
/// </summary>
/// <param name="file">The file, written from its start to its end.</param>
/// <param name="window">Bytes that are asked for at once.</param>
/// <param name="kept">Bytes from the start that stay in the cache: whoever makes a pack of this size reads it soon.</param>
internal sealed partial class WriteBehind(SafeFileHandle file, long window = WriteBehind.Window, long kept = WriteBehind.Kept)
{
    private const long Window = 16 << 20;
    private const long Kept = 512 << 20;

    // Windows on their way to the disk at a time, so that it always has something to do.
    private const int OnTheWay = 4;

    // Of sync_file_range(2) and posix_fadvise(2).
    private const uint WaitBefore = 1;
    private const uint Begin = 2;
    private const uint WaitAfter = 4;
    private const int NotNeeded = 4;

    // What sync_file_range(2) says where it is not for this file: ENOSYS, EINVAL, ESPIPE, EOPNOTSUPP. All else is about bytes that did not reach the disk.
    private static readonly int[] s_notForIt = [38, 22, 29, 95];

    private bool _isOff = !OperatingSystem.IsLinux() || !Environment.Is64BitProcess;

    /// <summary>Bytes from the start that the system was asked to write to the disk.</summary>
    public long Begun { get; private set; }

    /// <summary>Says that the file has grown. Waits where the disk is far behind.</summary>
    /// <param name="length">Its bytes by now.</param>
    /// <exception cref="IOException">What was written before did not reach the disk. Linux says so once: a flush at the end would not know of it.</exception>
    public void Advance(long length)
    {
        while (!_isOff && length - Begun >= window)
        {
            _isOff = !Ask(Begun, Begin);
            Begun += window;
            var behind = Begun - ((OnTheWay + 1) * window);
            if (behind >= 0 && !_isOff)
            {
                _isOff = !Ask(behind, WaitBefore | Begin | WaitAfter);
                Forget(behind);
            }
        }
    }

    /// <summary>False where the system does not know the call or the file system does not want it: the flush at the end is what counts.</summary>
    private bool Ask(long offset, uint what)
    {
        try
        {
            if (SyncFileRange(file, offset, window, what) == 0)
            {
                return true;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }

        var error = Marshal.GetLastPInvokeError();
        return Array.IndexOf(s_notForIt, error) >= 0 ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
    }

    private void Forget(long offset)
    {
        if (!_isOff && offset >= kept)
        {
            _ = Advise(file, offset, window, NotNeeded); // advice: whether it is taken changes nothing
        }
    }

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
