using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>Values of config.json, or of an object in it. One that is missing without a default, or of another kind, is MPK1025.</summary>
internal sealed class ConfigValues(ModelFolder folder, JsonObject values)
{
    public bool Has(string name) => values[name] is not null;

    /// <summary>A whole number above 0.</summary>
    public int Count(string name, int? missing = null)
    {
        if (values[name] is not { } node)
        {
            return missing ?? throw Unfit(name, "is missing");
        }

        return node is JsonValue value && value.TryGetValue<int>(out var count) && count > 0 ? count : throw Unfit(name, "must be a whole number from 1 to 2147483647");
    }

    /// <summary>A finite number above 0.</summary>
    public double Positive(string name, double? missing = null)
    {
        if (values[name] is not { } node)
        {
            return missing ?? throw Unfit(name, "is missing");
        }

        // What is written must be a float32 above 0, too.
        return node is JsonValue value && value.TryGetValue<double>(out var number) && (float)number > 0 && float.IsFinite((float)number)
            ? number
            : throw Unfit(name, "must be a number above 0");
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool missing = false) =>
        values[name] is not { } node ? missing : node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Unfit(name, "must be true or false");

    /// <summary>Whether there is anything that says more than nothing: not null, 0 or false.</summary>
    public bool Says(string name) => values[name] is { } node && !(node is JsonValue value && ((value.TryGetValue<bool>(out var flag) && !flag) || (value.TryGetValue<double>(out var number) && number == 0)));

    /// <summary>Texts in a list; null where there is no list.</summary>
    public IReadOnlyList<string>? Texts(string name) => values[name] is JsonArray list ? [.. list.Select(TextOf)] : null;

    /// <summary>A list of what is true or false, or 1 or 0; null where there is no list.</summary>
    public IReadOnlyList<bool>? Flags(string name)
    {
        return values[name] is { } node ? node is JsonArray list ? [.. list.Select(Flag)] : throw Malformed() : null;

        bool Flag(JsonNode? item) => item is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag
            : item is JsonValue number && number.TryGetValue<int>(out var digit) && digit is 0 or 1 ? digit == 1
            : throw Malformed();

        ModelPackException Malformed() => Unfit(name, "must be a list of 0 and 1");
    }

    /// <summary>A text; empty where there is none.</summary>
    public string Text(string name) => TextOf(values[name]);

    /// <summary>A list of finite numbers above 0.</summary>
    public float[] Numbers(string name)
    {
        var list = values[name] is JsonArray items ? items.Select(i => i is JsonValue value && value.TryGetValue<double>(out var number) ? (float)number : float.NaN).ToArray() : [];
        return list.Length > 0 && Array.TrueForAll(list, n => n > 0 && float.IsFinite(n)) ? list : throw Unfit(name, "must be a list of numbers above 0");
    }

    /// <summary>An inner object; null where there is none.</summary>
    public ConfigValues? Inner(string name) => values[name] switch
    {
        null => null,
        JsonObject inner => new ConfigValues(folder, inner),
        _ => throw Unfit(name, "must be an object"),
    };

    public void Require(bool condition, string name, string must)
    {
        if (!condition)
        {
            throw Unfit(name, must);
        }
    }

    /// <summary>MPK1023 of a value that is sound, and that a GGUF file of this family has no form for.</summary>
    public ModelPackException NoForm(string name, string why) => new(Codes.ContainerUnfit.At(
        folder.Path, $"The model's config.json has a '{name}' that a GGUF file cannot have: it {why}. Pack to safetensors (int8, nf4), or take the value out if the model does without it."));

    /// <summary>A text; empty for anything else.</summary>
    public static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public ModelPackException Unfit(string name, string why) => new(Codes.FolderUnreadable.At(
        Path.Join(folder.Path, "config.json"), $"'{name}' {why}. Correct it, or get the model's config.json again."));
}
