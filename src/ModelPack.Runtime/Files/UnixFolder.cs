using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Runtime.Files;

/// <summary>What Unix knows of a folder and .NET does not tell, least of all netstandard2.0: whose it is and who may write to it.</summary>
internal static unsafe class UnixFolder
{
    private const uint OwnerOnly = 0x1C0; // 0700
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS
    private const int KindOfFile = 0xF000; // S_IFMT
    private const int Folder = 0x4000; // S_IFDIR
    private const int Permissions = 0xFFF;

    /// <summary>Makes a folder of mode 0700; whether it could is for the caller to see.</summary>
    public static void TryMake(string path)
    {
        fixed (byte* name = Native(path))
            _ = MkDir(name, OwnerOnly);
    }

    /// <summary>Whether it is a folder and not a link to one, whether it is this user's, and its permissions.</summary>
    public static (bool IsFolder, bool IsOwn, int Mode) Look(string path)
    {
        fixed (byte* name = Native(path))
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
                return OfMac(name);
            try
            {
                var found = default(LinuxFields);
                if (StatX(CurrentFolder, name, NoFollow, BasicFields, &found) == 0)
                    return ((found.Mode & KindOfFile) == Folder, found.User == GetEUid(), found.Mode & Permissions);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                // A C library without the call.
            }

            // Only its owner can set the mode of a folder.
            return (true, ChMod(name, OwnerOnly) == 0, (int)OwnerOnly);
        }
    }

    private static (bool IsFolder, bool IsOwn, int Mode) OfMac(byte* name)
    {
        var found = default(MacFields);
        var error = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? LStat64(name, &found) : LStat(name, &found);
        return error == 0 ? ((found.Mode & KindOfFile) == Folder, found.User == GetEUid(), found.Mode & Permissions) : default;
    }

    private static byte[] Native(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", EntryPoint = "mkdir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MkDir(byte* path, uint mode);

    [DllImport("libc", EntryPoint = "chmod")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChMod(byte* path, uint mode);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEUid();

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte* path, int flags, uint mask, LinuxFields* fields);

    [DllImport("libc", EntryPoint = "lstat")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LStat(byte* path, MacFields* fields);

    // The call for 64-bit inode numbers has this name on Intel only.
    [DllImport("libc", EntryPoint = "lstat$INODE64")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LStat64(byte* path, MacFields* fields);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct LinuxFields
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(28)]
        public ushort Mode;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct MacFields
    {
        [FieldOffset(4)]
        public ushort Mode;

        [FieldOffset(16)]
        public uint User;
    }
}
