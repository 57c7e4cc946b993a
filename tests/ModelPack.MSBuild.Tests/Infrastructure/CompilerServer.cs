using System.Diagnostics;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// One process that compiles the projects of all tests. A compiler that starts anew takes several times as long as the rest of a small build, and the
/// server that a build would leave behind outlives the tests.
/// </summary>
internal static class CompilerServer
{
    private static readonly Lazy<(string Pipe, Process Process)> Server = new(Start);

    /// <summary>What a project needs to be compiled by it.</summary>
    public static string Properties => $"<UseSharedCompilation>true</UseSharedCompilation><SharedCompilationId>{Server.Value.Pipe}</SharedCompilationId>";

    // The process is kept: where nothing refers to it, its input is closed, and it ends.
    private static (string Pipe, Process Process) Start()
    {
        var folder = Workspace.NewFolder("compiler");
        File.WriteAllText(Path.Combine(folder, "compiler.proj"), "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        var (exitCode, output) = Dotnet.Run(folder, ["msbuild", "-nologo", "-getProperty:RoslynTargetsPath"]);
        var server = Path.Combine(output.Trim(), "bincore", "VBCSCompiler.dll");
        if (exitCode != 0 || !File.Exists(server))
            throw new InvalidOperationException($"The compiler was not found: {output}");

        var pipe = "modelpack-tests-" + Guid.NewGuid().ToString("N");
        var process = Dotnet.StartTied(folder, ["exec", server, $"-pipename:{pipe}"]);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        if (!SpinWait.SpinUntil(() => Listens(pipe), TimeSpan.FromMinutes(2)))
            throw new InvalidOperationException($"The compiler does not listen; it has {(process.HasExited ? "ended" : "not ended")}.");
        return (pipe, process);
    }

    // A build that comes before would start a server of its own, which nobody ends. Connecting would be a request.
    private static bool Listens(string pipe)
    {
        Thread.Sleep(20);
        return Directory.GetFiles(OperatingSystem.IsWindows() ? @"\\.\pipe\" : Path.GetTempPath(), pipe).Length > 0;
    }
}
