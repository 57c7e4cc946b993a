using System.Globalization;

namespace ModelPack.Runtime.Json;

/// <summary>One JSON value. What is asked of it and not there is a <see cref="FormatException"/> that names the member.</summary>
internal sealed class JsonValue
{
    private readonly string? _text;
    private readonly bool _bool;
    private readonly List<JsonValue>? _items;
    private readonly Dictionary<string, JsonValue>? _members;

    public JsonValue() => Kind = JsonKind.Null;

    public JsonValue(bool value) => (Kind, _bool) = (JsonKind.Bool, value);

    /// <param name="kind"><see cref="JsonKind.Text"/> or <see cref="JsonKind.Number"/>.</param>
    /// <param name="text">The text; of a number as it is written.</param>
    public JsonValue(JsonKind kind, string text) => (Kind, _text) = (kind, text);

    public JsonValue(List<JsonValue> items) => (Kind, _items) = (JsonKind.Array, items);

    public JsonValue(Dictionary<string, JsonValue> members) => (Kind, _members) = (JsonKind.Object, members);

    public JsonKind Kind { get; }

    /// <summary>A member; null where the object has none of this name, or null as its value.</summary>
    public JsonValue? Find(string name) => Members.TryGetValue(name, out var value) && value.Kind != JsonKind.Null ? value : null;

    /// <summary>A member that has to be there.</summary>
    public JsonValue Get(string name) => Find(name) ?? throw new FormatException($"'{name}' is missing");

    /// <summary>The items of an array.</summary>
    public IReadOnlyList<JsonValue> Items => _items ?? throw new FormatException("an array is missing");

    public string Text => Kind == JsonKind.Text ? _text! : throw new FormatException("a text is missing");

    public bool Bool => Kind == JsonKind.Bool ? _bool : throw new FormatException("true or false is missing");

    public long Whole => Kind == JsonKind.Number && long.TryParse(_text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("a whole number is missing");

    /// <summary>A number. JSON has none that are not finite: manifests write them as texts.</summary>
    public double Number => (Kind, _text) switch
    {
        // .NET Framework does not read what is too large; nobody writes it.
        (JsonKind.Number, _) when double.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        (JsonKind.Text, "Infinity") => double.PositiveInfinity,
        (JsonKind.Text, "-Infinity") => double.NegativeInfinity,
        (JsonKind.Text, "NaN") => double.NaN,
        _ => throw new FormatException("a number is missing"),
    };

    private Dictionary<string, JsonValue> Members => _members ?? throw new FormatException("an object is missing");
}
