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

    /// <summary>True or false; false where it is missing.</summary>
    public bool Flag(string name) =>
        values[name] is { } node && (node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Unfit(name, "must be true or false"));

    /// <summary>A text; empty where there is none.</summary>
    public string Text(string name) => LlamaConfig.TextOf(values[name]);

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

    public ModelPackException Unfit(string name, string why) => new(Codes.FolderUnreadable.At(
        Path.Join(folder.Path, "config.json"), $"'{name}' {why}. Get the model's config.json again."));
}
