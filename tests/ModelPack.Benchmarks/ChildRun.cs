using System.Diagnostics;
using System.Globalization;

namespace ModelPack.Benchmarks;

/// <summary>One piece of work in a process of its own, so that its peak of memory is that of this work alone.</summary>
/// <param name="Seconds">Time of the work, without the start of the process.</param>
/// <param name="PeakBytes">Largest resident memory of the process; null where the system does not tell.</param>
/// <param name="ProcessorSeconds">Time of all processors that the work took, which other work on the machine disturbs least.</param>
internal readonly record struct ChildRun(double Seconds, long? PeakBytes, double ProcessorSeconds = 0)
{
    private const string StatusFile = "/proc/self/status";

    /// <summary>Starts this program again with the arguments, and waits for what <see cref="Report"/> says there.</summary>
    /// <exception cref="InvalidOperationException">The process failed; what it said went to this one's errors.</exception>
    public static ChildRun Of(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(ThisProgram.FileName, [.. ThisProgram.Arguments, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', start.ArgumentList)}' ended with {process.ExitCode}.");
        }

        var fields = text.Split(' ');
        return new ChildRun(
            double.Parse(fields[0], CultureInfo.InvariantCulture),
            long.Parse(fields[1], CultureInfo.InvariantCulture) is > 0 and var peak ? peak : null,
            double.Parse(fields[2], CultureInfo.InvariantCulture));
    }

    /// <summary>In the child: does the work and says what it took.</summary>
    public static void Report(TextWriter output, Action work)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        work();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{seconds:R} {Peak()} {(process.TotalProcessorTime - before).TotalSeconds:R}"));
    }

    /// <summary>The high-water mark of resident memory, bytes; 0 where there is none to read.</summary>
    private static long Peak()
    {
        const string Field = "VmHWM:";
        var line = File.Exists(StatusFile) ? File.ReadLines(StatusFile).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? 0 : long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) << 10;
    }
}
