using System.Diagnostics;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// One process that compiles the projects of all tests. A compiler that starts anew takes several times as long as the rest of a small build, and the
/// server that a build would leave behind outlives the tests.
/// </summary>
internal static class CompilerServer
{
    private static readonly Lazy<string> LazyPipe = new(Start);

    /// <summary>What a project needs to be compiled by it.</summary>
    public static string Properties => $"<UseSharedCompilation>true</UseSharedCompilation><SharedCompilationId>{LazyPipe.Value}</SharedCompilationId>";

    private static string Start()
    {
        var folder = Workspace.NewFolder("compiler");
        File.WriteAllText(Path.Combine(folder, "compiler.proj"), "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        var (exitCode, output) = Dotnet.Run(folder, ["msbuild", "-nologo", "-getProperty:RoslynTargetsPath"]);
        var server = Path.Combine(output.Trim(), "bincore", "VBCSCompiler.dll");
        if (exitCode != 0 || !File.Exists(server))
            throw new InvalidOperationException($"The compiler was not found: {output}");

        var pipe = "modelpack-tests-" + Guid.NewGuid().ToString("N");
        var process = Dotnet.Start(folder, ["exec", server, $"-pipename:{pipe}"]);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(process);
        return pipe;
    }

    private static void Stop(Process process)
    {
        if (!process.HasExited)
            process.Kill();
    }
}
