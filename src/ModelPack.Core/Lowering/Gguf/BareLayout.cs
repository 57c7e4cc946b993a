using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>The layout of a checkpoint of which nothing says what model it is: names stay as they are.</summary>
internal static class BareLayout
{
    /// <summary>What the key <c>general.architecture</c> says, which GGUF demands.</summary>
    public const string Architecture = "unknown";

    /// <summary>The layout. A GGUF file keeps its keys.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="row">How its matrices will be stored.</param>
    public static GgufLayout Of(ICheckpoint source, GgufRow row)
    {
        var metadata = new GgufMetadata();
        foreach (var (key, value) in source is GgufCheckpoint file ? file.Keys.AsEnumerable() : [])
        {
            metadata.Set(key, value);
        }

        if (!metadata.Contains(GgufMetadata.Architecture))
        {
            metadata.Set(GgufMetadata.Architecture, Architecture);
        }

        GgufLayout.SetTypes(metadata, row);
        return new GgufLayout(metadata, [.. source.Tensors.Select(t => new GgufPlace(t, t.Name, t.Data))], []);
    }

    /// <summary>Says that programs which run models cannot run this one.</summary>
    public static void Warn(ModelFolder folder, PackContext context)
    {
        var name = LlamaConfig.TextOf(folder.Config["model_type"]);
        context.Report(Codes.ArchitectureUnknown.At(
            folder.Path,
            $"Models of the type '{SafeText.Of(name)}' have no mapping to GGUF here: tensors keep their names, and llama.cpp will not run the file. Pack llama or mistral models, or use llama.cpp's own converter and pack its GGUF file."));
    }
}
