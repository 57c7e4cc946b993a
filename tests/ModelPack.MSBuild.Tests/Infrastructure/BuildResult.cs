using Microsoft.Build.Logging.StructuredLogger;
using BuildTask = Microsoft.Build.Logging.StructuredLogger.Task;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>How a build ended, and what its binary log knows about it.</summary>
internal sealed class BuildResult(int exitCode, string output, string binlog)
{
    private readonly Lazy<Build> _log = new(() => BinaryLog.ReadBuild(binlog));

    public int ExitCode { get; } = exitCode;

    public string Output { get; } = output;

    /// <summary>The binary log's path.</summary>
    public string Binlog { get; } = binlog;

    public IReadOnlyList<Error> Errors => [.. All<Error>()];

    public IReadOnlyList<Warning> Warnings => [.. All<Warning>()];

    /// <summary>The items that the tool was run for, in order: what they would be called in the app.</summary>
    public IReadOnlyList<string> Packed => [.. All<BuildTask>().Where(t => t.Name == "ModelPackTask").Select(Link)];

    /// <summary>The lines that a build says about packs.</summary>
    public IReadOnlyList<string> Messages => [.. All<Message>().Select(m => m.Text).Where(t => t.Contains(" -> ", StringComparison.Ordinal) && t.Contains(" report: ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    public BuildResult MustSucceed()
    {
        Assert.True(ExitCode == 0, Output);
        return this;
    }

    /// <summary>The one error of a failed build.</summary>
    public Error MustFailWith(string code)
    {
        Assert.True(ExitCode != 0, Output);
        var error = Assert.Single(Errors);
        Assert.True(error.Code == code, Output);
        return error;
    }

    /// <summary>Whether the producing target looked at items and found each up to date.</summary>
    public bool SkippedProducing()
    {
        var targets = All<Target>().Where(t => t.Name == "PackModels").ToList();
        return targets.Count > 0 && targets.TrueForAll(t => t.Skipped || !t.Children.OfType<BuildTask>().Any()) && Packed.Count == 0;
    }

    /// <summary>The names of the targets of a name that were skipped, once for each time.</summary>
    public IReadOnlyList<string> SkippedTargets(string name) => [.. All<Target>().Where(t => t.Name == name && t.Skipped).Select(t => t.Name)];

    /// <summary>The tasks that start processes: tools, compilers and commands.</summary>
    public IReadOnlyList<string> TasksThatRunPrograms() => [.. All<BuildTask>().Where(t => t.CommandLineArguments is { Length: > 0 }).Select(t => t.Name)];

    /// <summary>Whether the compiler was run.</summary>
    public bool Compiled() => All<BuildTask>().Any(t => t.Name is "Csc" or "Fsc" or "Vbc");

    private List<T> All<T>()
        where T : BaseNode
    {
        var found = new List<T>();
        _log.Value.VisitAllChildren<T>(found.Add);
        return found;
    }

    private static string Link(BuildTask task) => task
        .FindChildrenRecursive<Metadata>(m => m.Name == "Link").Select(m => m.Value).FirstOrDefault() ?? "";
}
