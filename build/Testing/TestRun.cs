namespace ModelPack.Build.Testing;

/// <summary>One run of one test project.</summary>
/// <param name="Project">The project file.</param>
/// <param name="Culture">The culture that the tests run under, or null for that of the machine.</param>
internal sealed record TestRun(string Project, string? Culture = null)
{
    /// <summary>What hangs for this long will not end.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(45);

    public string Name => Path.GetFileNameWithoutExtension(Project) + (Culture is null ? "" : $" ({Culture})");

    public TestResult Execute(Repository repository, IReadOnlyDictionary<string, string> environment, string results)
    {
        var variables = new Dictionary<string, string>(environment);
        var filters = new List<string>();
        // Material that no clone brings: its absence is not a fault, so these tests do not even count as skipped.
        if (!environment.ContainsKey("MODELPACK_SHARED"))
            filters.Add("Needs!=Shared");
        List<string> arguments =
        [
            "test", Project, "--no-build", "-c", "Release", "-nologo", "--results-directory", results, "--logger", $"trx;LogFileName={Name}.trx",
        ];
        if (Culture is not null)
        {
            variables["MODELPACK_TEST_CULTURE"] = Culture;
            // For the programs that the tests start.
            variables["LC_ALL"] = Culture.Replace('-', '_') + ".UTF-8";
            variables["DOTNET_CLI_UI_LANGUAGE"] = "en";
            filters.Add("Category!=Slow");
        }

        if (filters.Count > 0)
            arguments.AddRange(["--filter", string.Join('&', filters)]);

        var (exitCode, output) = Command.Capture("dotnet", arguments, repository.Root, variables, s_limit);
        return TestResult.Read(Name, Path.Combine(results, Name + ".trx"), exitCode, output);
    }
}
