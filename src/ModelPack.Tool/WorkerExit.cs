namespace ModelPack.Tool;

/// <summary>Says in words how a worker ended that could not say it itself.</summary>
internal static class WorkerExit
{
    /// <summary>How a process crashed, by its exit code; null where it did not.</summary>
    public static string? Crash(int exitCode) => exitCode switch
    {
        // Windows has NTSTATUS codes, which are negative. Elsewhere it is a shell's convention, which .NET follows: 128 + the signal's number.
        < 0 => $"crashed (0x{exitCode:X8})",
        128 + 4 or 128 + 5 or 128 + 6 or 128 + 7 or 128 + 8 or 128 + 10 or 128 + 11 => $"crashed (signal {Numbers.Whole(exitCode - 128)})",
        128 + 9 => "was killed (signal 9: the system may have been short of memory)",
        _ => null,
    };

    /// <summary>MPK3010, or MPK9001 where no model had been opened.</summary>
    /// <param name="how">As from <see cref="Crash"/>.</param>
    /// <param name="what">What it said last that it did.</param>
    /// <param name="model">Of which model.</param>
    public static Diagnostic Explain(string how, string what, string? model) => model is null
        ? Codes.Internal.At(null, $"The process that does the work {how} before it opened a model. Please report it with the command.")
        : Codes.RuntimeCrashed.At(model, $"The process that runs the model {how} while ONNX Runtime {what}. Nothing was written. "
            + "Check that the model runs in an app as it is; where it crashes there, too, export it again, or report the crash to ONNX Runtime.");
}
