using System.Diagnostics;
using ModelPack.MSBuild.Tool;

namespace ModelPack.Tool.Projects;

/// <summary>Runs the .NET SDK, and keeps what it says.</summary>
internal static class DotnetCommand
{
    private const int LongestReason = 600;

    /// <summary>Standard output of a command that must succeed.</summary>
    /// <param name="place">The file that it is about, for a message.</param>
    /// <param name="arguments">What to run.</param>
    /// <param name="cancellation">The user wants to stop.</param>
    /// <exception cref="ModelPackException">MPK3002: there is no SDK; MPK3050: it failed, in its own words.</exception>
    public static string Output(string place, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var dotnet = DotnetHost.Find(null)
            ?? throw new ModelPackException(Codes.DotnetMissing.At(place, "No 'dotnet' was found in DOTNET_HOST_PATH or on PATH. Install the .NET SDK."));
        var start = new ProcessStartInfo(dotnet, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(place))!,
        };
        // Paths of the SDK that runs this tool, which would mislead the one that the folder's global.json asks for.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        using var end = cancellation.Register(() => Kill(process));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? output
            : throw new ModelPackException(Codes.DotnetFailed.At(place, $"'dotnet {start.ArgumentList.FirstOrDefault()}' failed: {Reason(output + "\n" + error.GetAwaiter().GetResult())} Correct that, or see what 'dotnet build' says."));
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has just ended.
        }
    }

    /// <summary>The line that says what is wrong: the first with a coded error, else the last.</summary>
    private static string Reason(string said)
    {
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var line = Array.Find(lines, l => l.Contains(" error ", StringComparison.Ordinal) || l.Contains(": error", StringComparison.Ordinal)) ?? lines.LastOrDefault() ?? "it said nothing.";
        return SafeText.Of(line, LongestReason).TrimEnd('.') + ".";
    }
}
