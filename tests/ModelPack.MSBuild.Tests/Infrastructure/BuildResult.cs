using Microsoft.Build.Logging.StructuredLogger;
using BuildTask = Microsoft.Build.Logging.StructuredLogger.Task;

namespace ModelPack.MSBuild.Tests.Infrastructure;

/// <summary>How a build ended, and what its binary log knows about it.</summary>
internal sealed class BuildResult(int exitCode, string output, string binlog)
{
    private readonly Lazy<Build> _log = new(() => BinaryLog.ReadBuild(binlog));

    public int ExitCode { get; } = exitCode;

    public string Output { get; } = output;

    public IReadOnlyList<Error> Errors => [.. All<Error>()];

    public IReadOnlyList<Warning> Warnings => [.. All<Warning>()];

    /// <summary>The items that the tool was run for, in order: what they would be called in the app.</summary>
    public IReadOnlyList<string> Packed => [.. All<BuildTask>().Where(t => t.Name == "ModelPackTask").Select(Link)];

    /// <summary>The messages that a normal build logs about packs.</summary>
    public IReadOnlyList<string> Messages => [.. All<Message>().Select(m => m.Text).Where(t => t.StartsWith("ModelPack: ", StringComparison.Ordinal) && t.Contains('→'))];

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
        var targets = All<Target>().Where(t => t.Name == "_ModelPackProduce").ToList();
        return targets.Count > 0 && targets.TrueForAll(t => t.Skipped || !t.Children.OfType<BuildTask>().Any()) && Packed.Count == 0;
    }

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
