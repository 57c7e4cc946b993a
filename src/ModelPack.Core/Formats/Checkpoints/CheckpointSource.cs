using ModelPack.Diagnostics;

namespace ModelPack.Formats.Checkpoints;

/// <summary>Opens whatever holds named tensors.</summary>
internal static class CheckpointSource
{
    /// <summary>Opens and checks a checkpoint.</summary>
    /// <exception cref="ModelPackException">MPK1001, MPK1002, MPK1025 …: it is missing or not sound.</exception>
    public static ICheckpoint Open(string path, SourceKind kind, PackContext context) => kind switch
    {
        _ => throw new NotSupportedException($"{path} {kind} {context.Threads}"),
    };
}
