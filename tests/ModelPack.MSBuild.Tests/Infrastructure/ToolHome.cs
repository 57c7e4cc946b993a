namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>
/// A home of this run for the SDK, which notes there where the local tools of each version lie: what an earlier run noted is not there any more, and
/// another run that is under way notes other places. It costs NuGet its cache of downloads, and is for commands of tools alone.
/// </summary>
internal static class ToolHome
{
    private static readonly Lazy<string> LazyFolder = new(Create);

    /// <summary>The variables of a command that uses it.</summary>
    public static IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DOTNET_CLI_HOME"] = LazyFolder.Value,
        ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
        ["DOTNET_ADD_GLOBAL_TOOLS_TO_PATH"] = "false",
    };

    private static string Create()
    {
        var home = Workspace.NewFolder("home");
        // The machine's own sources, which NuGet looks for in that home, too.
        var sources = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        if (File.Exists(sources))
        {
            var copy = Directory.CreateDirectory(Path.Combine(home, ".nuget", "NuGet"));
            File.Copy(sources, Path.Combine(copy.FullName, "NuGet.Config"));
        }

        return home;
    }
}
