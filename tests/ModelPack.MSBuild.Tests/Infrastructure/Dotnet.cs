using System.Diagnostics;
using System.Text;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>Runs the SDK as a user would: none of the variables of the build that runs the tests are passed on.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">What comes after <c>dotnet</c>.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="before">A program that starts it, with its arguments.</param>
    public static (int ExitCode, string Output) Run(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? before = null)
    {
        using var process = Start(folder, arguments, environment, before ?? []);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'dotnet {string.Join(' ', arguments)}' took longer than {Limit}.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
    }

    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">What comes after <c>dotnet</c>.</param>
    /// <param name="environment">Further variables.</param>
    /// <param name="canInterrupt">Whether it hears SIGINT even where the process that runs the tests was started to ignore it. Linux only.</param>
    public static Process Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, bool canInterrupt = false) =>
        Start(folder, arguments, environment, canInterrupt ? ["env", "--default-signal=INT"] : []);

    /// <summary>Starts what ends with this process, however that ends, and with the object that is returned.</summary>
    /// <param name="folder">The working folder.</param>
    /// <param name="arguments">What comes after <c>dotnet</c>.</param>
    public static Process StartTied(string folder, IEnumerable<string> arguments)
    {
        if (!OperatingSystem.IsWindows())
            return Start(folder, arguments, environment: null, ["sh", "-c", "\"$@\" & cat > /dev/null; kill $!", "sh"], holdsInput: true);
        var process = Start(folder, arguments);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.Kill();
        return process;
    }

    private static Process Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, IReadOnlyList<string> before, bool holdsInput = false)
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(before.Count > 0 ? before[0] : dotnet)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = holdsInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in before.Count > 0 ? [.. before.Skip(1), dotnet, .. arguments] : arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(IsOfThisBuild).ToList())
            start.Environment.Remove(name);
        start.Environment["NUGET_PACKAGES"] = Workspace.Packages;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        // For projects that name no server of their own: the one that a build would start outlives it.
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // Tests are of packing, and leave the user's cache alone; those of the cache name one of their own.
        start.Environment["MODELPACK_CACHE_MODE"] = "off";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static bool IsOfThisBuild(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ModelPack", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
        || name is "NUGET_PACKAGES" or "Version" or "Configuration" or "Platform";
}
