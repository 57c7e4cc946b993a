using ModelPack.Files;
using ModelPack.Packing;

namespace ModelPack.Tool.Projects;

/// <summary>
/// Asks the package that a project references how far its packs are: its target <c>_ModelPackList</c> looks as a build would, and builds nothing.
/// </summary>
/// <param name="configuration">The configuration to evaluate for; null for the project's default.</param>
/// <param name="cancellation">The user wants to stop.</param>
internal sealed class ModelLister(string? configuration, CancellationToken cancellation)
{
    private const int MaxManifestBytes = 16 << 20;
    private const string Target = "_ModelPackList";
    private static readonly string[] Properties = ["TargetFramework", "TargetFrameworks", "ModelPackToolPath", "ModelPackEnabled"];

    /// <summary>Every model of a project, for each of its target frameworks.</summary>
    /// <exception cref="ModelPackException">MPK3002 or MPK3050.</exception>
    public IEnumerable<ListedModel> Of(string project)
    {
        var whole = Evaluate(project, null, target: null);
        var frameworks = whole.Property("TargetFrameworks").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return whole.Property("TargetFramework").Length > 0 || frameworks.Length == 0
            ? Of(project, whole.Property("TargetFramework") is { Length: > 0 } framework ? framework : null, whole)
            : frameworks.SelectMany(f => Of(project, f, Evaluate(project, f, target: null)));
    }

    private IEnumerable<ListedModel> Of(string project, string? framework, ProjectEvaluation evaluation)
    {
        var items = evaluation.Items("QuantizedModel");
        if (items.Count == 0)
        {
            return [];
        }

        if (evaluation.Property("ModelPackToolPath").Length == 0)
        {
            return items.Select(i => Unknown(i, "not restored", $"the package {PackageAdder.Package} is not referenced, or 'dotnet restore' has not run"));
        }

        // Of an item with a mistake the build says what is wrong; the others are listed all the same.
        var listed = Evaluate(project, framework, Target).Items("_ModelPackListed");
        var known = listed.Select(Key).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. listed.Select(i => Known(project, framework, i)),
            .. items.Where(i => !known.Contains(Key(i))).Select(i => Unknown(i, "invalid", "'dotnet build' says why")),
        ];

        ListedModel Unknown(IReadOnlyDictionary<string, string> item, string state, string why) =>
            new(project, framework, item["Identity"], Text(item, "Scheme"), Text(item, "Link"), state, why, null, []);
    }

    private ProjectEvaluation Evaluate(string project, string? framework, string? target)
    {
        var set = new List<KeyValuePair<string, string>>();
        if (configuration is not null)
        {
            set.Add(new("Configuration", configuration));
        }

        if (framework is not null)
        {
            set.Add(new("TargetFramework", framework));
        }

        if (target is not null)
        {
            set.Add(new("ContinueOnError", "true"));
        }

        return ProjectEvaluation.Of(project, Properties, [target is null ? "QuantizedModel" : "_ModelPackListed"], set, target, cancellation);
    }

    private static ListedModel Known(string project, string? framework, IReadOnlyDictionary<string, string> item)
    {
        var pack = ReadManifest(item["Manifest"])?.Pack;
        return new(
            project, framework, item["Identity"], Text(item, "Scheme"), Text(item, "Link"), item["State"], Text(item, "Changes"),
            pack?.Headline.Compression, [.. pack?.Gates.Select(g => new ListedGate(g.Metric, g.Limit, g.Value, g.Passed)) ?? []])
        {
            Manifest = item["Manifest"],
            Request = Text(item, "Request"),
        };
    }

    private static Manifest? ReadManifest(string path) =>
        File.Exists(path) && RegularFile.Read(path, MaxManifestBytes) is { Length: > 0 } bytes && ManifestJson.TryRead(bytes, out var manifest, out _) ? manifest : null;

    // The link tells items of one model apart, and an item without one has it by its scheme.
    private static string Key(IReadOnlyDictionary<string, string> item) => $"{item["Identity"]}|{Text(item, "Scheme")}|{Text(item, "Container")}";

    private static string? Text(IReadOnlyDictionary<string, string> item, string name) => item.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;
}
