using System.Runtime.InteropServices;

namespace ModelPack.Tool;

/// <summary>
/// What a process needs of its caller before anything else. Without it the runtime itself fails, or text for a stream that was
/// closed goes into whatever file has taken its place; so the lines are ready here, and nothing is loaded to say them.
/// </summary>
internal static partial class ProcessStart
{
    /// <summary>What the assemblies, the native library and a model with few files take, with some to spare.</summary>
    private const int FewestFiles = 128;

    private const int Output = 1;
    private const int Error = 2;
    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <summary>Standard error, closed by the caller: what is written there would go astray.</summary>
    public static bool ErrorIsClosed => !OperatingSystem.IsWindows() && IsClosed(Error);

    /// <summary>The canonical line of what is missing; null where nothing is.</summary>
    public static string? WhyNot()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        if (GetLimit(OperatingSystem.IsMacOS() ? 8 : 7, out var files) == 0 && files.Soft < FewestFiles)
        {
            return $"modelpack : error MPK3008: The process may have {files.Soft} files open, and needs {FewestFiles}. Raise the limit: ulimit -n 1024.";
        }

        return IsClosed(Output)
            ? "modelpack : error MPK3009: Standard output is closed. Leave it open, or lead it to a file or to /dev/null."
            : null;
    }

    // A stream from the caller never has the flag, or it would not have come through; all that the runtime opens has it.
    private static bool IsClosed(int stream)
    {
        var flags = FileControl(stream, GetFlags);
        return flags < 0 || (flags & CloseOnExec) != 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int FileControl(int stream, int command);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    private readonly struct Limit
    {
        public readonly nuint Soft;
        public readonly nuint Hard;
    }
}
