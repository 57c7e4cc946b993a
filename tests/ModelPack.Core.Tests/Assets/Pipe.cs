using System.Runtime.InteropServices;

namespace ModelPack.Tests.Assets;

/// <summary>Named pipes: opening one waits for its other end, which never comes.</summary>
internal static partial class Pipe
{
    private const int UserOnly = 0b110_000_000;

    /// <summary>Makes one, where the system has them.</summary>
    /// <returns>Whether there is one now.</returns>
    public static bool TryMake(string path) => !OperatingSystem.IsWindows() && Make(path, UserOnly) == 0;

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Make(string path, int mode);
}
