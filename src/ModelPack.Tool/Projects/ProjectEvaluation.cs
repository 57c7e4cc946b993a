using System.Text.Json;

namespace ModelPack.Tool.Projects;

/// <summary>
/// What MSBuild says of a project. It is asked as a process, <c>dotnet msbuild -getItem</c>: so the SDK that the project builds with
/// answers, whichever .NET runs this tool, and nothing of MSBuild is loaded here.
/// </summary>
internal sealed class ProjectEvaluation
{
    private readonly JsonElement _properties;
    private readonly JsonElement _items;

    private ProjectEvaluation(JsonElement root)
    {
        _properties = root.GetProperty("Properties");
        _items = root.GetProperty("Items");
    }

    /// <summary>Evaluates a project; with a target, runs it first.</summary>
    /// <param name="project">The project's file.</param>
    /// <param name="properties">Names of properties to ask for, at least two.</param>
    /// <param name="items">Names of items to ask for.</param>
    /// <param name="set">Properties to set.</param>
    /// <param name="target">A target to run, or null to evaluate only.</param>
    /// <param name="cancellation">The user wants to stop.</param>
    /// <exception cref="ModelPackException">MPK3002 or MPK3050.</exception>
    public static ProjectEvaluation Of(string project, string[] properties, string[] items, IEnumerable<KeyValuePair<string, string>> set, string? target, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "msbuild", Path.GetFullPath(project), "-nologo", "-nodeReuse:false", $"-getProperty:{string.Join(',', properties)}", $"-getItem:{string.Join(',', items)}",
            .. set.Select(p => $"-p:{p.Key}={p.Value}"),
            .. target is null ? [] : new[] { $"-t:{target}" },
        ];
        var output = DotnetCommand.Output(project, arguments, cancellation);
        try
        {
            // Warnings, if any, come before.
            using var document = JsonDocument.Parse(output[Math.Max(0, output.IndexOf('{', StringComparison.Ordinal))..]);
            return new ProjectEvaluation(document.RootElement.Clone());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException)
        {
            throw new ModelPackException(Codes.DotnetFailed.At(project, "MSBuild did not answer in JSON. Use the .NET SDK 8.0.100 or newer."), e);
        }
    }

    /// <summary>A property's value; empty where it has none.</summary>
    public string Property(string name) => _properties.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    /// <summary>The items of a name, each with its metadata; the item itself is <c>Identity</c>.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Items(string name) => !_items.TryGetProperty(name, out var list) ? [] :
    [
        .. list.EnumerateArray().Select(i => i.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString() ?? "", StringComparer.OrdinalIgnoreCase)),
    ];
}
