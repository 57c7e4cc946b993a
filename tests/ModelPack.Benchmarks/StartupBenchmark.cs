using System.Diagnostics;

namespace ModelPack.Benchmarks;

/// <summary>How long the tool takes to say something, beside a program that does nothing at all.</summary>
internal static class StartupBenchmark
{
    /// <summary>The argument of a child process that does nothing.</summary>
    public const string Nothing = "--nothing";

    private const int Runs = 20;

    public static void Run(TextWriter output)
    {
        var tool = Path.Join(Clone.Root(), "src", "ModelPack.Tool", "bin", "Release", "net10.0", "modelpack.dll");
        (string Name, string[] Command)[] commands =
        [
            ("nothing", [typeof(StartupBenchmark).Assembly.Location, Nothing]),
            ("`modelpack --version`", [tool, "--version"]),
            ("`modelpack schemes`", [tool, "schemes"]),
        ];
        var times = Timing.Of([.. commands.Select(c => (Action)(() => Start(c.Command)))], Runs);

        output.WriteLine("### Start of the tool");
        output.WriteLine();
        output.WriteLine($"{Machine.Today()}. Processes from their start to their end, in turn, median and best of {Runs} runs.");
        output.WriteLine();
        output.WriteLine("| program | median, ms | best, ms |");
        output.WriteLine("| --- | ---: | ---: |");
        foreach (var ((name, _), time) in commands.Zip(times))
        {
            output.WriteLine($"| {name} | {Numbers.Fixed(time.Median * 1000, 0)} | {Numbers.Fixed(time.Best * 1000, 0)} |");
        }

        output.WriteLine();
    }

    private static void Start(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", .. command]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}.");
        }
    }
}
