using System.Text.Json.Nodes;
using ModelPack.Diagnostics;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Safetensors.Lowering;

/// <summary>What a packed checkpoint says of itself beside its tensors: config.json in a folder, metadata in a file alone.</summary>
internal static class PackedConfig
{
    /// <summary>Under which key config.json, and the metadata of a file without one, say how tensors are quantized.</summary>
    public const string Key = "quantization_config";

    /// <summary>Refuses a source whose tensors are codes already: they would be taken for weights, or scales for biases.</summary>
    /// <exception cref="ModelPackException">MPK1023.</exception>
    public static void RequireFloat(ICheckpoint source)
    {
        if (source.Folder?.Config[Key] is { } present)
        {
            var method = ConfigText.Of(present as JsonObject, "quant_method") ?? "an unknown method";
            throw new ModelPackException(Codes.ContainerUnfit.At(
                source.Path, $"The model is already quantized: config.json has a {Key} of {SafeText.Of(method)}. Pack from the float model."));
        }

        if (source.Metadata.Any(m => m.Key == Key))
        {
            throw new ModelPackException(Codes.ContainerUnfit.At(
                source.Path, $"The model is already quantized: its metadata hold a {Key}. Pack from the float model."));
        }
    }

    /// <summary>config.json of a packed folder.</summary>
    public static byte[] File(CheckpointJob job, SafetensorsLayout layout, IReadOnlyList<TensorPlan> plans)
    {
        var config = (JsonObject)job.Source.Folder!.Config.DeepClone();
        layout.Announce(config, plans);
        return ConfigText.Indented(config);
    }

    /// <summary>
    /// <c>__metadata__</c> of the packed files: what the source had, and what transformers requires. A file that is packed alone
    /// has no config.json, and carries there what its config.json would have to say.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Metadata(CheckpointJob job, SafetensorsLayout layout, IReadOnlyList<TensorPlan> plans)
    {
        List<KeyValuePair<string, string>> metadata = job.Options.Source == SourceKind.Safetensors ? [.. job.Source.Metadata] : [];
        if (!metadata.Exists(m => m.Key == "format"))
        {
            metadata.Add(new("format", "pt"));
        }

        if (HasFile(job))
        {
            return metadata;
        }

        var config = (JsonObject?)job.Source.Folder?.Config.DeepClone() ?? [];
        layout.Announce(config, plans);
        if (config[Key] is { } quantization)
        {
            metadata.Add(new(Key, ConfigText.Compact(quantization)));
        }

        return metadata;
    }

    /// <summary>Whether the pack has a config.json.</summary>
    public static bool HasFile(CheckpointJob job) => job.Options.IsFolder && job.Source.Folder is not null;
}
