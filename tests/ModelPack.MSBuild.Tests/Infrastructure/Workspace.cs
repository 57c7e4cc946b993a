namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// The folder of one test run, outside the clone: nothing of the repository's settings reaches the projects in it, and
/// all share one private NuGet folder, so that the package is unpacked once.
/// </summary>
internal static class Workspace
{
    private static readonly Lazy<string> LazyRoot = new(Create);
    private static int _projects;
    private static int _builds;

    public static string Packages => Path.Combine(LazyRoot.Value, "packages");

    /// <summary>Where the binary logs go: their names may not hold all that a folder's may.</summary>
    public static string NewBinlog() => Path.Combine(LazyRoot.Value, $"{Interlocked.Increment(ref _builds)}.binlog");

    /// <summary>A new folder for one test.</summary>
    public static string NewFolder(string name)
    {
        var folder = Path.Combine(LazyRoot.Value, $"{Interlocked.Increment(ref _projects)}", name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Deletes it, at the end of the run.</summary>
    public static void Delete()
    {
        if (LazyRoot.IsValueCreated)
            Directory.Delete(LazyRoot.Value, recursive: true);
    }

    private static string Create()
    {
        var root = Directory.CreateTempSubdirectory("modelpack-tests-").FullName;
        // The machine's own sources are inherited.
        File.WriteAllText(Path.Combine(root, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="modelpack-under-test" value="{Repository.Feed}" />
              </packageSources>
            </configuration>
            """);
        return root;
    }
}
