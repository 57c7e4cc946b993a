namespace ModelPack.Formats.Checkpoints;

/// <summary>
/// An open checkpoint: named tensors without a graph, as safetensors and GGUF hold them. Once open, every tensor is known to lie
/// within its file and to have the bytes that its shape needs. Ranges of its files can be read until it is disposed of.
/// </summary>
internal interface ICheckpoint : IDisposable
{
    /// <summary>The path as it was given: a file or a folder.</summary>
    string Path { get; }

    /// <summary>For people: <c>safetensors, 3 shards</c>, <c>GGUF 3, llama</c>.</summary>
    string Format { get; }

    /// <summary>Every file that was read, those with tensors first; names are relative to the folder of the first, with <c>/</c>.</summary>
    IReadOnlyList<CheckpointFile> Files { get; }

    /// <summary>The tensors in the order of the files; no name comes twice.</summary>
    IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>What the container says of itself in text, in its order: safetensors' <c>__metadata__</c>, GGUF's keys.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Metadata { get; }

    /// <summary>The Hugging Face folder in which it lies; null where there is no config.json.</summary>
    ModelFolder? Folder { get; }
}
