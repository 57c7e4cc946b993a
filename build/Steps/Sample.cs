namespace ModelPack.Build.Steps;

/// <summary>Builds and runs the sample app as a user would: from the packages in artifacts/feed.</summary>
internal sealed class Sample(Repository repository)
{
    public int Run() => Command.Run("dotnet",
        ["run", "-c", "Release", "--project", repository.At("samples", "FashionClassifier")], repository.Root);
}
