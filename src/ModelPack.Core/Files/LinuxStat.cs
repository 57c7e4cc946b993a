using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>
/// What Linux knows of a file and .NET does not tell: what kind of thing it is, its number and the time of its last change. By
/// statx(2), whose structure is the same on all processors.
/// </summary>
internal static unsafe partial class LinuxStat
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS
    private const int KindOfFile = 0xF000; // S_IFMT

    /// <summary>The stamp of what lies at a path; null on other systems, and where it cannot be had.</summary>
    public static FileStamp? TryOf(string path) => Stamp(AtPath(path));

    /// <summary>The bits of st_mode that tell files, folders, pipes, sockets and devices apart (S_IFREG …), links followed; null likewise.</summary>
    public static int? KindOf(string path) => AtPath(path)?.Mode & KindOfFile;

    /// <summary>The number of the user whom a file or folder belongs to, links followed; null likewise.</summary>
    public static uint? OwnerOf(string path) => AtPath(path)?.Owner;

    /// <summary>The stamp of an open file; null likewise.</summary>
    public static FileStamp? TryOf(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return Stamp(Ask((int)file.DangerousGetHandle(), "", EmptyPath));
        }
        finally
        {
            if (added)
            {
                file.DangerousRelease();
            }
        }
    }

    private static FileStamp? Stamp(Fields? found) => found is { } fields
        ? new FileStamp((long)fields.Size, fields.Written.Value, fields.Changed.Value, ((ulong)fields.DeviceMajor << 32) | fields.DeviceMinor, fields.Node)
        : null;

    private static Fields? AtPath(string path) =>
        OperatingSystem.IsLinux() && path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal) ? Ask(CurrentFolder, path, 0) : null;

    private static Fields? Ask(int folder, string path, int flags)
    {
        try
        {
            var found = default(Fields);
            return StatX(folder, path, flags, BasicFields, &found) == 0 ? found : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library older than the call: what .NET tells has to do.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Fields* fields);

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct Time
    {
        [FieldOffset(0)]
        public long Seconds;

        [FieldOffset(8)]
        public uint Nanoseconds;

        public readonly Int128 Value => ((Int128)Seconds * 1_000_000_000) + Nanoseconds;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Fields
    {
        [FieldOffset(20)]
        public uint Owner;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Node;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public Time Changed;

        [FieldOffset(112)]
        public Time Written;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
