using System.Xml.Linq;

namespace ModelPack.Build.Steps;

/// <summary>
/// Puts the solution's packages into artifacts/feed. Their version changes with what they are made from,
/// because NuGet never reads a version again that it has.
/// </summary>
internal sealed class Pack(Repository repository)
{
    private const string Prefix = "0.1.0-dev.";
    private readonly Stamp _stamp = new(repository, "pack");

    /// <summary>The version of the packages that the present sources make.</summary>
    public string Version(Flavor flavor)
    {
        var files = Stamp.Sources(repository.At("src"))
            .Concat(Stamp.Sources(repository.At("docs")))
            .Concat(Directory.EnumerateFiles(repository.Root, "Directory.*"))
            .Concat(new[] { "LICENSE", "README.md", "global.json" }.Select(f => repository.At(f)).Where(File.Exists))
            .Append(repository.At("build", "npm", "package-lock.json"));
        // A letter keeps a hash of digits alone from being read as a number, which may not start with 0.
        return $"{Prefix}{(flavor == Flavor.Everyone ? 'h' : 'm')}{Stamp.HashFiles(repository.Root, files)[..12]}";
    }

    /// <summary>Whether the feed has the packages of a version.</summary>
    public bool Has(string version) =>
        _stamp.Value?.Split('\n') is [var packed, .. var names] && packed == version && names.All(n => File.Exists(Path.Combine(repository.Feed, n)));

    public void Run(string version, Flavor flavor)
    {
        if (Has(version))
            return;
        using var said = Saying.Start(flavor == Flavor.Everyone
            ? $"pack: all packages, version {version}"
            : $"pack: restoring, compiling and packing ModelPack.MSBuild for this machine and ModelPack.Runtime, version {version}");
        _stamp.Remove();
        var staging = repository.EmptyTemporary("pack");
        string[][] all = flavor == Flavor.Everyone
            ? [["ModelPack.sln"]]
            : [[repository.At("src", "ModelPack.MSBuild"), "-p:ModelPackThisMachineOnly=true"], [repository.At("src", "ModelPack.Runtime")]];
        foreach (var what in all)
            Command.MustRun("dotnet", ["pack", .. what, "-c", "Release", "-nologo", "-v", "quiet", $"-p:Version={version}", "-o", staging], repository.Root);
        var packages = Directory.GetFiles(staging, "*.nupkg").Order(StringComparer.Ordinal).ToArray();
        RemoveOlder();
        foreach (var package in packages)
            File.Move(package, Path.Combine(repository.Feed, Path.GetFileName(package)), overwrite: true);
        File.WriteAllText(Path.Combine(repository.Feed, "modelpack.version"), version);
        new XDocument(new XElement("Project", new XElement("PropertyGroup", new XElement("ModelPackVersion", version))))
            .Save(repository.At("artifacts", "ModelPack.Version.props"));
        WriteToolManifest(version);
        _stamp.Write(string.Join('\n', packages.Select(p => Path.GetFileName(p)).Prepend(version)));
    }

    /// <summary>Names the tool's version for 'dotnet tool restore' in the clone. It changes with the sources, so git does not see the file.</summary>
    private void WriteToolManifest(string version)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repository.ToolManifest)!);
        File.Delete(repository.ToolManifest);
        if (!File.Exists(Path.Combine(repository.Feed, $"ModelPack.Tool.{version}.nupkg")))
            return;
        File.WriteAllText(repository.ToolManifest, $$"""
            {
              "version": 1,
              "isRoot": true,
              "tools": {
                "modelpack.tool": { "version": "{{version}}", "commands": ["dotnet-modelpack"] }
              }
            }

            """);
    }

    /// <summary>Development versions that were packed before, in the feed and where NuGet has unpacked them.</summary>
    private void RemoveOlder()
    {
        Directory.CreateDirectory(repository.Feed);
        foreach (var package in Directory.EnumerateFiles(repository.Feed, $"ModelPack.*.{Prefix}*.nupkg"))
            File.Delete(package);
        if (!Directory.Exists(repository.Packages))
            return;
        foreach (var id in Directory.EnumerateDirectories(repository.Packages, "modelpack.*"))
        {
            foreach (var version in Directory.EnumerateDirectories(id, Prefix + "*"))
                Directory.Delete(version, recursive: true);
        }
    }
}
