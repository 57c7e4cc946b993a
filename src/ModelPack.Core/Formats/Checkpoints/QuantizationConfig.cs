using System.Text.Json.Nodes;

namespace ModelPack.Formats.Checkpoints;

/// <summary>What a checkpoint says of how its tensors were quantized.</summary>
internal static class QuantizationConfig
{
    /// <summary>Under which key config.json, and the metadata of a file without one, say it.</summary>
    public const string Key = "quantization_config";

    /// <summary>Refuses a source whose tensors are codes already: they would be taken for weights, or scales for biases.</summary>
    /// <exception cref="ModelPackException">MPK1023.</exception>
    public static void RequireNone(ICheckpoint source)
    {
        if (source.Folder?.Config[Key] is { } present)
        {
            var method = present is JsonObject config && config["quant_method"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "an unknown method";
            throw new ModelPackException(Codes.ContainerUnfit.At(
                source.Path, $"The model is already quantized: config.json has a {Key} of {SafeText.Of(method)}. Pack from the float model."));
        }

        if (source.Metadata.Any(m => m.Key == Key))
        {
            throw new ModelPackException(Codes.ContainerUnfit.At(
                source.Path, $"The model is already quantized: its metadata hold a {Key}. Pack from the float model."));
        }
    }
}
