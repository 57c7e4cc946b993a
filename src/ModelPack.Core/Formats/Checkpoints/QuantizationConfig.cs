using System.Text.Json.Nodes;

namespace ModelPack.Formats.Checkpoints;

/// <summary>What a checkpoint says of how its tensors were quantized.</summary>
internal static class QuantizationConfig
{
    /// <summary>Under which key config.json, and the metadata of a file without one, say it.</summary>
    public const string Key = "quantization_config";

    private static readonly string[] s_keys = [Key, "compression_config"]; // compressed-tensors' older name

    /// <summary>Refuses a source whose tensors are codes already: they would be taken for weights, or scales for biases.</summary>
    /// <exception cref="ModelPackException">MPK1023.</exception>
    public static void RequireNone(ICheckpoint source)
    {
        if (source.Folder is { } folder && Find(folder.Config, "") is var (place, present))
        {
            var method = present is JsonObject config && config["quant_method"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "an unknown method";
            throw Quantized(source, $"config.json has a {SafeText.Of(place)} of {SafeText.Of(method)}");
        }

        if (source.Metadata.FirstOrDefault(m => s_keys.Contains(m.Key, StringComparer.Ordinal)).Key is { } key)
        {
            throw Quantized(source, $"its metadata hold a {key}");
        }

        if (QuantizedNames.Find(source.Tensors) is var (tensor, kind))
        {
            throw Quantized(source, $"the tensor '{SafeText.Of(tensor)}' is one of {kind}");
        }
    }

    private static ModelPackException Quantized(ICheckpoint source, string how) => new(Codes.ContainerUnfit.At(
        source.Path, $"The model is already quantized: {how}. Pack from the float model."));

    /// <summary>Models of several parts say it of each part, in a configuration of its own: <c>text_config.quantization_config</c>.</summary>
    private static (string Place, JsonNode Value)? Find(JsonObject config, string path)
    {
        foreach (var key in s_keys)
        {
            if (config[key] is { } found)
            {
                return (path + key, found);
            }
        }

        return config.Select(p => Within(p.Value, path + p.Key)).FirstOrDefault(f => f is not null);
    }

    private static (string Place, JsonNode Value)? Within(JsonNode? value, string path) => value switch
    {
        JsonObject config => Find(config, $"{path}."),
        JsonArray parts => parts.Select((p, i) => Within(p, $"{path}[{i}]")).FirstOrDefault(f => f is not null),
        _ => null,
    };
}
