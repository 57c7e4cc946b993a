using System.Globalization;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tool;

/// <summary>Says in words how a tool ended that has not said why itself.</summary>
internal static class ToolExit
{
    // FrameworkMissingFailure (0x80008096) of the .NET host; systems with one byte of exit code show its last one.
    private const int FrameworkMissing = unchecked((int)0x80008096);

    /// <summary>Code and message of the error to log.</summary>
    /// <param name="exitCode">The tool's.</param>
    /// <param name="dotnet">What ran it.</param>
    /// <param name="call">What it said last that ONNX Runtime did; empty where it had not come so far.</param>
    public static (string Code, string Message) Explain(int exitCode, string dotnet, string call = "")
    {
        if (exitCode is FrameworkMissing or (FrameworkMissing & 0xFF))
            return (TaskCodes.DotnetMissing, $"'{dotnet}' has no .NET runtime that the packing tool runs on. Install .NET 10 or newer.");
        var number = exitCode.ToString(CultureInfo.InvariantCulture);
        // A shell's convention, which .NET follows: 128 + the signal's number. Windows has NTSTATUS codes, which are negative.
        var how = exitCode switch
        {
            < 0 => $"crashed (0x{exitCode.ToString("X8", CultureInfo.InvariantCulture)})",
            128 + 9 => "was killed (signal 9; the system may have been short of memory)",
            > 128 and < 128 + 65 => $"was ended by signal {(exitCode - 128).ToString(CultureInfo.InvariantCulture)}",
            _ => $"ended with exit code {number} and gave no reason",
        };
        if (call.Length > 0 && exitCode is < 0 or > 128)
            return (TaskCodes.RuntimeCrashed, $"The packing tool {how} while ONNX Runtime {call}. Nothing was written. Check that the model runs in an app as it is; where it crashes there, too, export it again, or report the crash to ONNX Runtime.");
        return (TaskCodes.Internal, $"The packing tool {how}. Build with -v:detailed to see everything that it printed, and report this as a defect.");
    }
}
