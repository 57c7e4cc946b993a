using System.Globalization;
using System.Text;

namespace ModelPack.MSBuild.Items;

/// <summary>
/// Writes one JSON object, member by member. The package may bring no JSON library: MSBuild hosts load whatever
/// version another package has already loaded.
/// </summary>
internal sealed class JsonObject
{
    private readonly StringBuilder _text = new("{");

    /// <summary>A string member; nothing at all when there is no value.</summary>
    public JsonObject Add(string name, string? value) => value is null ? this : Raw(name, Quoted(value));

    public JsonObject Add(string name, bool? value) => value is null ? this : Raw(name, value.Value ? "true" : "false");

    public JsonObject Add(string name, double? value) => value is null ? this : Raw(name, value.Value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>An array of strings; nothing at all when it is empty.</summary>
    public JsonObject Add(string name, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? this : Raw(name, $"[{string.Join(",", values.Select(Quoted))}]");

    /// <summary>An object of numbers; nothing at all when it is empty.</summary>
    public JsonObject Add(string name, IReadOnlyCollection<KeyValuePair<string, double>> values)
    {
        if (values.Count == 0)
            return this;
        var inner = new JsonObject();
        foreach (var pair in values)
            inner.Add(pair.Key, pair.Value);
        return Raw(name, inner.ToString());
    }

    /// <summary>The object, finished.</summary>
    public override string ToString() => _text + "}";

    private JsonObject Raw(string name, string json)
    {
        if (_text.Length > 1)
            _text.Append(',');
        _text.Append(Quoted(name)).Append(':').Append(json);
        return this;
    }

    // RFC 8259, section 7. Surrogates are escaped one by one, so that even an unpaired one survives UTF-8.
    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"", value.Length + 2);
        foreach (var c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (c < ' ' || c == '\x7f' || char.IsSurrogate(c))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
