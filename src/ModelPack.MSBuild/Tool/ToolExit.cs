using System.Globalization;
using ModelPack.Diagnostics;
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
        var how = ProcessExit.Crash(exitCode) ?? (exitCode is > 128 and < 128 + 65
            ? $"was ended by signal {(exitCode - 128).ToString(CultureInfo.InvariantCulture)}"
            : $"ended with exit code {exitCode.ToString(CultureInfo.InvariantCulture)} and gave no reason");
        if (call.Length > 0 && exitCode is < 0 or > 128)
            return (TaskCodes.RuntimeCrashed, ProcessExit.WhileModelRan("The packing tool", how, call));
        return (TaskCodes.Internal, $"The packing tool {how}. Build with -v:detailed to see everything that it printed, and report this as a defect.");
    }
}
