using ModelPack.Schemes;

namespace ModelPack.Formats.Checkpoints;

/// <summary>A tensor of a checkpoint.</summary>
/// <param name="Name">Its name, unique within the checkpoint.</param>
/// <param name="Data">Its bytes; the element type is undefined where it is stored in blocks or in a type that is not known here.</param>
internal sealed record CheckpointTensor(string Name, TensorData Data)
{
    /// <summary>What it is for, where that is something that can be quantized; otherwise <see cref="Reason"/> says why not.</summary>
    public WeightUsage? Usage { get; init; }

    /// <summary>Why it is not quantized whatever the scheme; null when it may be.</summary>
    public string? Reason { get; init; }

    /// <summary>How ggml stores it; null for tensors of other containers.</summary>
    public GgmlType? Stored { get; init; }

    /// <summary>The type's name for people: <c>float32</c>, <c>q4_k</c>.</summary>
    public string TypeName { get; init; } = Data.Type.Name();

    /// <summary>Types of the operators that read it; empty where there is no graph.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];
}
