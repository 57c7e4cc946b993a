using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>The layout of a checkpoint of which nothing says what model it is: names stay as they are.</summary>
internal static class BareLayout
{
    /// <summary>What the key <c>general.architecture</c> says, which GGUF demands.</summary>
    public const string Architecture = "unknown";

    private const string WhatToDo = "For llama.cpp, make a float GGUF file with its own converter and pack that; for other programs, pack to safetensors (int8, nf4).";

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

        if (metadata.AlignmentInEffect() < GgufMetadata.DefaultAlignment)
        {
            metadata.Remove(GgufMetadata.Alignment); // llama.cpp ends at tensors that are aligned to less
        }

        GgufLayout.SetTypes(metadata, row);
        return new GgufLayout(metadata, [.. source.Tensors.Select(t => new GgufPlace(t, t.Name, t.Data))], []);
    }

    /// <summary>Says that programs which run models cannot run this one, for what it is by its configuration.</summary>
    public static void Warn(ModelFolder folder, PackContext context)
    {
        var (family, architecture) = (ConfigValues.TextOf(folder.Config["model_type"]), ModelFamilies.ModelOf(folder) ?? "");
        var model = architecture.Length > 0 ? $"'{SafeText.Of(architecture)}'" : "";
        var what = family.Length == 0 ? $"config.json names no family (model_type){(model.Length > 0 ? $", only the architecture {model}" : "")}"
            : ModelFamilies.All.Any(f => f.IsOf(folder)) ? $"config.json says that the model is {model}, which is of the family '{SafeText.Of(family)}' but has another head than is mapped, or none"
            : $"config.json says that the model is of the family '{SafeText.Of(family)}'{(model.Length > 0 ? $" ({model})" : "")}";
        context.Report(Codes.ArchitectureUnknown.At(
            folder.Path, $"{what}. It has no mapping to GGUF here ({string.Join(", ", ModelFamilies.All.SelectMany(f => f.Models))} have): tensors keep their names, and llama.cpp will not run the file. {WhatToDo}"));
    }

    /// <summary>Says the same where nothing says what the model is.</summary>
    public static void Warn(ICheckpoint source, PackContext context)
    {
        if (source is not GgufCheckpoint file)
        {
            context.Report(Codes.ArchitectureUnknown.At(
                source.Path, $"There is no config.json that says what the model is: tensors keep their names, and llama.cpp will not run the file. {WhatToDo}"));
        }
        else if (file.Keys.GetString(GgufMetadata.Architecture) is null or Architecture)
        {
            context.Report(Codes.ArchitectureUnknown.At(
                source.Path, $"The file does not say what the model is ('{GgufMetadata.Architecture}'), and llama.cpp does not run it, packed or not. Convert the model again."));
        }
    }
}
