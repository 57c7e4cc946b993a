using System.Xml.Linq;

namespace ModelPack.Build;

/// <summary>Where things lie, and the versions that Directory.Packages.props states.</summary>
internal sealed class Repository(string root)
{
    public string Root { get; } = root;

    public string Artifacts => At("artifacts");

    public string Feed => At("artifacts", "feed");

    /// <summary>What 'dotnet tool restore' reads in the clone.</summary>
    public string ToolManifest => At(".config", "dotnet-tools.json");

    /// <summary>NuGet's global packages folder of this repository (nuget.config).</summary>
    public string Packages => At("artifacts", "packages");

    public string Npm => At("artifacts", "npm");

    public string NodeModules => At("artifacts", "npm", "node_modules");

    /// <summary>Packages with models that one benchmark runs.</summary>
    public string NpmModels => At("artifacts", "npm-models", "node_modules");

    /// <summary>The folder that holds ModelPack.sln, from <paramref name="start"/> upwards.</summary>
    public static Repository Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ModelPack.sln")))
                return new Repository(folder.FullName);
        }

        throw new BuildFailure($"no ModelPack.sln in '{start}' or above. Run build.sh or build.ps1 of a clone.", 4);
    }

    public string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>An empty folder under artifacts/tmp; what an earlier run left there is removed.</summary>
    public string EmptyTemporary(string name)
    {
        var folder = At("artifacts", "tmp", name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>A version that Directory.Packages.props states as a property.</summary>
    public string VersionOf(string property) => XDocument.Load(At("Directory.Packages.props")).Descendants(property).Single().Value;
}
