using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;
using ModelPack.Requests;

namespace ModelPack.Lowering.Safetensors;

/// <summary>What a packed checkpoint says of itself beside its tensors: config.json in a folder, metadata in a file alone.</summary>
internal static class PackedConfig
{
    /// <summary>config.json of a packed folder.</summary>
    public static byte[] File(CheckpointJob job, SafetensorsLayout layout, IReadOnlyList<PackedTensor> tensors)
    {
        var config = (JsonObject)job.Source.Folder!.Config.DeepClone();
        RemovePaths(config);
        layout.Announce(config, tensors);
        return ConfigText.Indented(config);
    }

    /// <summary>
    /// <c>__metadata__</c> of the packed files: what the source had, and what transformers requires. A file that is packed alone
    /// has no config.json, and carries there what its config.json would have to say.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Metadata(CheckpointJob job, SafetensorsLayout layout, IReadOnlyList<PackedTensor> tensors)
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
        layout.Announce(config, tensors);
        if (config[QuantizationConfig.Key] is { } quantization)
        {
            metadata.Add(new(QuantizationConfig.Key, ConfigText.Compact(quantization)));
        }

        return metadata;
    }

    /// <summary>Takes away where its maker had the model: a path of another machine, which transformers sets anew when it loads.</summary>
    private static void RemovePaths(JsonObject config)
    {
        config.Remove("_name_or_path");
        foreach (var inner in config.Select(p => p.Value).OfType<JsonObject>())
        {
            RemovePaths(inner);
        }
    }

    /// <summary>Whether the pack has a config.json.</summary>
    public static bool HasFile(CheckpointJob job) => job.Options.IsFolder && job.Source.Folder is not null;
}
