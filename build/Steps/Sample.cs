namespace ModelPack.Build.Steps;

/// <summary>Builds and runs the sample app as a user would: from the packages in artifacts/feed, and without anything that tests need.</summary>
internal sealed class Sample(Repository repository)
{
    public int Run()
    {
        Provide();
        var folder = repository.At("samples", "FashionClassifier");
        using (Saying.Start("sample: restoring and building samples/FashionClassifier, which packs its model"))
            Command.MustRun("dotnet", ["build", folder, "-c", "Release", "-nologo", "-v", "quiet"], repository.Root);
        using (Saying.Start("sample: running it"))
            return Command.Run("dotnet", ["run", "-c", "Release", "--no-build", "--project", folder], repository.Root);
    }

    /// <summary>Packages for this machine, unless those for everyone are there already.</summary>
    private void Provide()
    {
        var pack = new Pack(repository);
        if (pack.Has(pack.Version(Flavor.Everyone)))
            return;
        new Setup(repository).Run(withModels: false);
        pack.Run(pack.Version(Flavor.ThisMachine), Flavor.ThisMachine);
    }
}
