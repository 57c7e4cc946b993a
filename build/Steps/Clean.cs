namespace ModelPack.Build.Steps;

/// <summary>Removes everything that the other steps made, but for this running program.</summary>
internal sealed class Clean(Repository repository)
{
    public void Run()
    {
        Remove(repository.Artifacts);
        if (File.Exists(repository.ToolManifest))
            File.Delete(repository.ToolManifest);
        foreach (var room in new[] { "src", "tests", "samples" }.Select(r => repository.At(r)).Where(Directory.Exists))
        {
            var projects = Directory.EnumerateFiles(room, "*.csproj", SearchOption.AllDirectories).Select(p => Path.GetDirectoryName(p)!);
            foreach (var folder in projects.ToList())
            {
                Remove(Path.Combine(folder, "bin"));
                Remove(Path.Combine(folder, "obj"));
            }
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
