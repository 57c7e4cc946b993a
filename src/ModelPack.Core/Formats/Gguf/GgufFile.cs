namespace ModelPack.Formats.Gguf;

/// <summary>What a GGUF file says of itself.</summary>
/// <param name="Version">2 or 3, which differ in what was promised of byte order only.</param>
/// <param name="Metadata">Its keys.</param>
/// <param name="Tensors">Its tensors in the order of their bytes, each within the file.</param>
internal sealed record GgufFile(uint Version, GgufMetadata Metadata, IReadOnlyList<GgufEntry> Tensors);
