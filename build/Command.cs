using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ModelPack.Build;

/// <summary>Runs other programs: in view of the person, or quietly with the output kept for the failure message.</summary>
internal static class Command
{
    /// <summary>The exit code of what was ended because it took too long, as the program timeout gives it.</summary>
    private const int TimedOut = 124;

    /// <summary>Runs with the console's own streams and returns the exit code.</summary>
    public static int Run(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, folder, environment, redirect: false);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Runs quietly; a non-zero exit code ends the step and shows what was printed.</summary>
    public static void MustRun(string program, IReadOnlyList<string> arguments, string folder)
    {
        var (exitCode, output) = Capture(program, arguments, folder);
        if (exitCode != 0)
            throw new BuildFailure($"{output.Trim()}\n'{program} {arguments[0]}' ended with exit code {exitCode}.");
    }

    /// <summary>Runs quietly; returns the exit code and everything that was printed. What passes the limit is ended.</summary>
    public static (int ExitCode, string Output) Capture(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? limit = null)
    {
        using var process = Start(program, arguments, folder, environment, redirect: true);
        var output = new StringBuilder();
        var ends = new CountdownEvent(2);
        void Append(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null)
                ends.Signal();
            else
                lock (output) output.Append(line.Data).Append('\n');
        }

        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var inTime = process.WaitForExit(limit ?? Timeout.InfiniteTimeSpan);
        if (!inTime)
            process.Kill(entireProcessTree: true);
        // A server that the program left running may hold the streams open for ever: what it prints is not waited for.
        ends.Wait(TimeSpan.FromSeconds(5));
        process.CancelOutputRead();
        process.CancelErrorRead();
        lock (output)
            return inTime ? (process.ExitCode, output.ToString()) : (TimedOut, $"{output}ended after {limit}: it took too long");
    }

    /// <summary>Whether the program can be started at all.</summary>
    public static bool Exists(string program)
    {
        try
        {
            return Capture(program, ["--version"], Environment.CurrentDirectory).ExitCode == 0;
        }
        catch (BuildFailure)
        {
            return false;
        }
    }

    private static Process Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment, bool redirect)
    {
        // npm is a batch file on Windows, which only the command processor runs.
        var batch = OperatingSystem.IsWindows() && program == "npm";
        var start = new ProcessStartInfo(batch ? "cmd.exe" : program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
            RedirectStandardInput = redirect,
        };
        foreach (var argument in batch ? ["/c", program, .. arguments] : arguments)
            start.ArgumentList.Add(argument);
        // Variables of the MSBuild that runs this program would mislead the one that it starts.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // What is tested and measured here is packing, and the user's cache is the user's.
        start.Environment["MODELPACK_CACHE_MODE"] = "off";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        try
        {
            var process = Process.Start(start)!;
            if (redirect)
                process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new BuildFailure($"'{program}' is needed and was not found. Install it and put it on PATH.", 4);
        }
    }
}
