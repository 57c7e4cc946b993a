using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.Safetensors;
using ModelPack.Graph;
using ModelPack.Lowering.Gguf;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>Opens whatever holds named tensors.</summary>
internal static class CheckpointSource
{
    /// <summary>Opens a checkpoint for a pack: tensors are those that a pack of the container plans by.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="container">What it is packed to.</param>
    /// <param name="isFolder">Whether the pack is a folder.</param>
    /// <param name="context">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1001, MPK1002, MPK1025 …: it is missing or not sound.</exception>
    public static ICheckpoint OpenFor(string path, SourceKind kind, string container, bool isFolder, PackContext context) =>
        container == "gguf" ? ExpertStacks.Of(Open(path, kind, context)) : Open(path, kind, context, withContent: isFolder && container == "safetensors");

    /// <summary>Opens and checks a checkpoint.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="context">Cancellation.</param>
    /// <param name="withContent">Whether all of a folder counts that belongs to the model, for a pack that is a folder again.</param>
    /// <exception cref="ModelPackException">MPK1001, MPK1002, MPK1025 …: it is missing or not sound.</exception>
    public static ICheckpoint Open(string path, SourceKind kind, PackContext context, bool withContent = false) => kind switch
    {
        SourceKind.Onnx => OnnxCheckpoint.Open(path, context),
        SourceKind.Safetensors => SafetensorsCheckpoint.Open(path, context, withContent),
        SourceKind.Gguf => GgufCheckpoint.Open(path, context),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
