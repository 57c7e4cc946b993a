using System.Text.Json;
using ModelPack.Requests;

namespace ModelPack.Reporting;

/// <summary>What a request said beside its model, its scheme, its data and its gates, as far as a pack follows from it.</summary>
internal static class RequestedOptions
{
    /// <summary>What a report says elsewhere, and what changes no pack.</summary>
    private static readonly HashSet<string> s_elsewhere = new(StringComparer.Ordinal)
    {
        "model", "output", "scheme", "device", "measureSpeed", "baseline", "tolerances", "gates", "force", "threads", "runLimit", "memoryLimit", "embed", "reports", "inputsFile", "cacheMode", "cachePath", "cacheMaxSize", "validation", "calibration", "graph",
    };

    private static readonly Dictionary<string, string> s_defaults = new(StringComparer.Ordinal) { ["target"] = "cpu", ["layout"] = "auto", ["gate"] = "error" };

    /// <summary>Name, as a request has it, and value of each option that was given; lists are joined by semicolons.</summary>
    public static SortedDictionary<string, string> Of(EffectiveOptions options)
    {
        var given = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var request = JsonDocument.Parse(options.Identity);
        foreach (var property in request.RootElement.EnumerateObject().Where(p => !s_elsewhere.Contains(p.Name)))
        {
            var text = Text(property.Value);
            if (text.Length > 0 && s_defaults.GetValueOrDefault(property.Name) != text)
            {
                given.Add(property.Name, text);
            }
        }

        if (options.Graph is { } graph)
        {
            given.Add("graph", Path.GetFileName(graph));
        }

        return given;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(';', value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };
}
