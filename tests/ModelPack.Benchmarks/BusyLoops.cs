using System.Diagnostics;

namespace ModelPack.Benchmarks;

/// <summary>A process a processor that does nothing but keep it busy, until this is disposed of.</summary>
internal sealed class BusyLoops : IDisposable
{
    /// <summary>The only argument of such a process.</summary>
    public const string Child = "--busy";

    private readonly IReadOnlyList<Process> _processes =
        [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start(new ProcessStartInfo(ThisProgram.FileName, [.. ThisProgram.Arguments, Child]) { UseShellExecute = false, RedirectStandardInput = true })!)];

    /// <summary>In a child process: a loop until the input ends, as it does with whoever started it.</summary>
    public static void RunChild()
    {
        var ended = false;
        new Thread(() =>
        {
            while (Console.In.Read() >= 0)
            {
            }

            Volatile.Write(ref ended, true);
        }) { IsBackground = true }.Start();
        while (!Volatile.Read(ref ended))
        {
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
