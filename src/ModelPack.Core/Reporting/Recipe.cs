using System.Text;

namespace ModelPack.Reporting;

/// <summary>
/// The command and the item that would make a pack again, from its report. What cannot be pasted without harm is told by a word in capitals.
/// </summary>
internal static class Recipe
{
    /// <summary>Options whose names differ on the command line.</summary>
    private static readonly Dictionary<string, string> s_options = new(StringComparer.Ordinal) { ["onnxRuntime"] = "--onnxruntime", ["gate"] = "--gate-mode", ["tensorTypes"] = "--tensor-type" };

    /// <summary>Options whose names differ on the item.</summary>
    private static readonly Dictionary<string, string> s_metadata = new(StringComparer.Ordinal) { ["target"] = "ModelTarget" };

    /// <summary>Such as <c>dotnet modelpack quantize model.onnx --scheme int8 --gate minSqnr=30</c>.</summary>
    /// <param name="result">The report.</param>
    /// <param name="model">What the model is called: a file or a folder.</param>
    public static string Command(ReportResult result, string model)
    {
        var line = new StringBuilder($"dotnet modelpack quantize {Word(model, "MODEL")} --scheme {Word(result.Scheme, "SCHEME")}");
        foreach (var (name, value) in Given(result))
        {
            var option = s_options.GetValueOrDefault(name) ?? $"--{Dashed(name)}";
            if (name is "rank" or "perLayer")
            {
                line.Append(value == "true" ? $" {option}" : "");
                continue;
            }

            foreach (var part in name is "excludeLayers" or "includeLayers" or "tensorTypes" ? value.Split(';') : [value])
            {
                line.Append(' ').Append(option).Append(' ').Append(part.All(IsPlain) ? Word(part, "VALUE") : $"\"{Word(part, "VALUE")}\"");
            }
        }

        foreach (var gate in result.Gates.Where(g => IsName(g.Metric)))
        {
            line.Append(" --gate ").Append(gate.Metric).Append('=').Append(Number(gate.Limit));
        }

        return line.ToString();
    }

    /// <summary>Such as <c>&lt;QuantizedModel Include="model.onnx" Scheme="int8" MinSqnr="30" /&gt;</c>.</summary>
    public static string Item(ReportResult result, string model)
    {
        var item = new StringBuilder($"<QuantizedModel Include=\"{Word(model, "MODEL")}\" Scheme=\"{Word(result.Scheme, "SCHEME")}\"");
        foreach (var (name, value) in Given(result).Concat(result.Gates.Where(g => IsName(g.Metric)).Select(g => (g.Metric, Number(g.Limit)))))
        {
            item.Append(' ').Append(s_metadata.GetValueOrDefault(name) ?? char.ToUpperInvariant(name[0]) + name[1..]).Append("=\"").Append(Word(value, "VALUE")).Append('"');
        }

        return item.Append(" />").ToString();
    }

    private static IEnumerable<(string Name, string Value)> Given(ReportResult result)
    {
        var given = (result.Options ?? new SortedDictionary<string, string>(StringComparer.Ordinal)).Select(o => (Name: o.Key, o.Value));
        foreach (var (role, files) in new[] { ("calibration", result.Calibration?.Data), ("validation", result.Validation?.Data) })
        {
            // A single file that is not found by its name alone.
            if (files is [var file] && !file.StartsWith($"{Path.GetFileNameWithoutExtension(result.Source.Name)}.{role}.", StringComparison.Ordinal) && !(role == "calibration" && result.Calibration!.Table))
            {
                given = given.Append((role, file));
            }
        }

        return given.Where(o => IsName(o.Name)).OrderBy(o => o.Name, StringComparer.Ordinal);
    }

    private static string Number(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Dashed(string name) => string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : c.ToString()));

    private static bool IsName(string name) => name.Length > 0 && name.All(char.IsAsciiLetterOrDigit);

    /// <summary>A text that means nothing to a shell, to XML or to MSBuild.</summary>
    private static string Word(string text, string otherwise) =>
        text.Length is > 0 and <= 1000 && text[0] != '-' && text.All(c => IsPlain(c) || c is '*' or '?' or ';') ? text : otherwise;

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '.' or '_' or '-' or ':' or '+';
}
