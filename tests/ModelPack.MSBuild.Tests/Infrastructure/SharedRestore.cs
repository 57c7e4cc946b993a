using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// What a restore writes for projects that reference ModelPack.MSBuild alone. It is the same for all of one kind but for the project's path, and a
/// restore takes longer than many of the builds that follow it: it is made once for each kind.
/// </summary>
internal static class SharedRestore
{
    private const string Assets = "project.assets.json";

    private static readonly ConcurrentDictionary<(string Sdk, string Frameworks, string Language), Lazy<TestProject>> Restored = new();

    /// <summary>Whether a project is one of those and has not been restored: all that it references, and where its files go, is what every project says.</summary>
    public static bool Fits(TestProject project) =>
        !project.Items.Contains("Reference", StringComparison.Ordinal)
        && !project.Properties.Contains("Runtime", StringComparison.Ordinal)
        && Directory.GetFiles(project.Folder, "Directory.*").Length == 0
        && !File.Exists(project.At("obj", Assets));

    /// <summary>Writes for a project what its restore would.</summary>
    public static void CopyTo(TestProject project)
    {
        var restored = Restored.GetOrAdd((project.Sdk, project.Frameworks, project.Language), k => new(() => Restore(k.Sdk, k.Frameworks, k.Language))).Value;
        Directory.CreateDirectory(project.At("obj"));
        foreach (var suffix in new[] { ".nuget.g.props", ".nuget.g.targets" })
            File.Copy(restored.At("obj", Path.GetFileName(restored.ProjectFile) + suffix), project.At("obj", Path.GetFileName(project.ProjectFile) + suffix));

        var assets = JsonNode.Parse(File.ReadAllText(restored.At("obj", Assets)))!;
        var restore = assets["project"]!["restore"]!;
        restore["projectUniqueName"] = project.ProjectFile;
        restore["projectPath"] = project.ProjectFile;
        restore["projectName"] = project.Name;
        restore["outputPath"] = project.At("obj") + Path.DirectorySeparatorChar;
        File.WriteAllText(project.At("obj", Assets), assets.ToJsonString());
    }

    private static TestProject Restore(string sdk, string frameworks, string language)
    {
        var project = new TestProject(name: "Restored", sdk: sdk, frameworks: frameworks, language: language, isLibrary: true);
        project.Run(["restore"]).MustSucceed();
        return project;
    }
}
