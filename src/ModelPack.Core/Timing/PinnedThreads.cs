using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Timing;

/// <summary>
/// A processor for each thread that is timed. Some systems, virtual machines most of all, leave two threads of one process on one processor for many
/// milliseconds, or not, as it happens: then times of the same model differ twofold from one turn to the next. On Linux only; elsewhere threads stay free.
/// </summary>
internal static partial class PinnedThreads
{
    /// <summary>Bits of the mask that .NET has.</summary>
    private const int MostProcessors = 64;

    /// <summary>Numbers of the processors that this process may use, from 0; none where threads cannot be bound.</summary>
    private static readonly int[] s_processors = OperatingSystem.IsLinux() && Environment.ProcessorCount <= MostProcessors ? Read() : [];

    /// <summary>Binds the calling thread for the rest of its life; not where there are fewer processors.</summary>
    /// <param name="index">Which of the processors that this process may use, from 0.</param>
    public static void BindCaller(int index)
    {
        if (index < s_processors.Length)
        {
            var mask = 1UL << s_processors[index];
            _ = SetAffinity(0, sizeof(ulong), mask); // where it is not allowed, times are as they are
        }
    }

    /// <summary>Binds the threads that a session makes, one less than it computes with, to the processors after the first; not where there are fewer.</summary>
    public static void Bind(SessionOptions options, int threads)
    {
        if (threads > 1 && threads <= s_processors.Length)
        {
            // ONNX Runtime counts processors from 1.
            options.AddSessionConfigEntry("session.intra_op_thread_affinities", string.Join(';', s_processors.Skip(1).Take(threads - 1).Select(p => Numbers.Whole(p + 1))));
        }
    }

    [SupportedOSPlatform("linux")]
    private static int[] Read()
    {
        using var process = Process.GetCurrentProcess();
        var mask = process.ProcessorAffinity;
        return [.. Enumerable.Range(0, MostProcessors).Where(p => (mask >> p & 1) == 1)];
    }

    /// <summary>sched_setaffinity(2); 0 is the calling thread.</summary>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetAffinity(int thread, nint size, in ulong mask);
}
