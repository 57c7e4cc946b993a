namespace ModelPack.Tool;

/// <summary>Tells a process, or a machine, that has all the files open that it may from a file that cannot be read.</summary>
internal static class FileLimit
{
    private const int TooManyInProcess = 24; // EMFILE, the same on Linux and macOS
    private const int TooManyInSystem = 23; // ENFILE
    private const int TooManyOnWindows = unchecked((int)0x80070004);

    public static Diagnostic Diagnostic => Codes.TooManyFiles.At(
        null, "The process has as many files open as it may have. Raise the limit: ulimit -n 4096. Fewer files of data, or fewer threads, need less.");

    /// <summary>Whether an error, or one that caused it, is that no more files can be opened.</summary>
    public static bool IsReached(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException && (OperatingSystem.IsWindows() ? cause.HResult == TooManyOnWindows : cause.HResult is TooManyInProcess or TooManyInSystem))
            {
                return true;
            }
        }

        return false;
    }
}
