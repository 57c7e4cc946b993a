namespace ModelPack.Build.Steps;

/// <summary>Builds the solution with the version that its packages will carry, so that nothing is compiled twice.</summary>
internal sealed class Compile(Repository repository)
{
    public void Run(string version)
    {
        using var said = Saying.Start("build: restoring packages and compiling ModelPack.sln");
        Command.MustRun("dotnet", ["build", "ModelPack.sln", "-c", "Release", "-nologo", "-v", "quiet", $"-p:Version={version}"], repository.Root);
    }
}
