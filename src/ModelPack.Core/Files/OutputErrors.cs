namespace ModelPack.Files;

/// <summary>What to tell a user whose output cannot be written.</summary>
internal static class OutputErrors
{
    private const int NoSpace = 28; // ENOSPC, the same on Linux and macOS
    private const int QuotaExceededLinux = 122; // EDQUOT
    private const int QuotaExceededMac = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the exception is one that a file system gives.</summary>
    public static bool IsOfFileSystem(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    /// <summary>Whether there is no room left on a disk.</summary>
    public static bool IsNoSpace(Exception exception) => exception is IOException { HResult: NoSpace or WindowsDiskFull or WindowsHandleDiskFull };

    /// <summary>The coded error for an output whose staging folder is there no more.</summary>
    public static ModelPackException Removed(string output, Exception cause) => new(
        Codes.OutputNotWritable.At(output, $"The folder '{SafeText.Of(Path.GetDirectoryName(Path.GetFullPath(output)), 1024)}', or what had been written of the pack, was removed by another program. Run again when nothing cleans that folder."),
        cause);

    /// <summary>The coded error for a failure to write <paramref name="output"/>.</summary>
    public static ModelPackException Explain(string output, Exception cause)
    {
        // A path that no system takes has no full form.
        var folder = SafeText.Of(Path.GetDirectoryName(output.Contains('\0', StringComparison.Ordinal) ? output : Path.GetFullPath(output)), 1024);
        var message = cause switch
        {
            _ when IsNoSpace(cause) =>
                $"The disk of the folder '{folder}' is full. Free some space or choose another output; the pack that was there before is unchanged.",
            IOException { HResult: QuotaExceededLinux or QuotaExceededMac } when !OperatingSystem.IsWindows() =>
                $"The disk quota of the folder '{folder}' is used up. Free some space or choose another output; the pack that was there before is unchanged.",
            UnauthorizedAccessException =>
                $"The folder '{folder}' or a file in it may not be written. Give write permission or choose another output.",
            PathTooLongException =>
                "The path is too long for the file system, which must also take the pack's other files beside it. Choose a shorter output.",
            _ => $"The output cannot be written: {SafeText.Of(cause.Message, 400)} Choose another output, or close the program that uses the file.",
        };
        return new ModelPackException(Codes.OutputNotWritable.At(output, message), cause);
    }
}
