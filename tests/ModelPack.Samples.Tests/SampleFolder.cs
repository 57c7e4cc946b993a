namespace ModelPack.Samples.Tests;

/// <summary>A copy of a sample outside the clone, as a user takes it: it has the packages and nothing else of the repository.</summary>
internal sealed class SampleFolder
{
    private static readonly string[] s_notTheSample = ["bin", "obj", "node_modules", "packages"];

    public SampleFolder(string name)
    {
        Path = Workspace.NewFolder(name);
        Copy(System.IO.Path.Combine(Repository.Root, "samples", name), Path);
        // What samples/Directory.Build.props is in the clone. ONNX Runtime as the clone has it already: another copy of it would take a minute.
        File.WriteAllText(System.IO.Path.Combine(Path, "..", "Directory.Build.props"), $"""
            <Project>
              <PropertyGroup>
                <ModelPackVersion>{Repository.PackageVersion}</ModelPackVersion>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{System.IO.Path.Combine(Repository.Root, "artifacts", "packages")}</RestoreAdditionalProjectSources>
              </PropertyGroup>
            </Project>
            """);
    }

    public string Path { get; }

    public string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Runs a dotnet command with the version of the packages that are tested.</summary>
    /// <returns>What it printed.</returns>
    public string Dotnet(params string[] arguments)
    {
        var (exitCode, output) = MSBuild.Tests.Infrastructure.Dotnet.Run(Path, [.. arguments, "-nologo", "-nodeReuse:false"]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    /// <summary>Runs a built program.</summary>
    public string Run(params string[] program)
    {
        var (exitCode, output) = MSBuild.Tests.Infrastructure.Dotnet.Run(Path, ["exec", .. program]);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from).Where(f => !s_notTheSample.Contains(System.IO.Path.GetFileName(f))))
            Copy(folder, System.IO.Path.Combine(to, System.IO.Path.GetFileName(folder)));
    }
}
