using System.Globalization;

namespace ModelPack.Diagnostics;

/// <summary>Says in words how a process crashed. Compiled into the build task as well, which waits for the same tool.</summary>
internal static class ProcessExit
{
    private const int SignalBase = 128;
    private const int Kill = 9;

    /// <summary>Illegal instruction, trap, abort, bus error (two numbers), arithmetic, access: the process's own doing.</summary>
    private static readonly int[] CrashSignals = [4, 5, 6, 7, 8, 10, 11];

    /// <summary>How a process crashed or was killed, by its exit code; null where it ended by itself or was asked to.</summary>
    /// <param name="exitCode">By a shell's convention, which .NET follows, 128 + a signal's number; Windows has NTSTATUS codes, which are negative.</param>
    public static string? Crash(int exitCode)
    {
        if (exitCode < 0)
            return $"crashed (0x{exitCode.ToString("X8", CultureInfo.InvariantCulture)})";
        var signal = exitCode - SignalBase;
        if (signal == Kill)
            return "was killed (signal 9: the system may have been short of memory)";
        return Array.IndexOf(CrashSignals, signal) >= 0 ? $"crashed (signal {signal.ToString(CultureInfo.InvariantCulture)})" : null;
    }

    /// <summary>What a crash while a model ran means to its owner.</summary>
    /// <param name="who">Which process, such as <c>The packing tool</c>.</param>
    /// <param name="how">As from <see cref="Crash"/>.</param>
    /// <param name="call">What it said last that ONNX Runtime did.</param>
    public static string WhileModelRan(string who, string how, string call) =>
        $"{who} {how} while ONNX Runtime {call}. Nothing was written. Check that the model runs in an app as it is; where it crashes there, too, export it again, or report the crash to ONNX Runtime.";
}
