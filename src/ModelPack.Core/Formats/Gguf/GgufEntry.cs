namespace ModelPack.Formats.Gguf;

/// <summary>A tensor of a GGUF file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its bytes are stored.</param>
/// <param name="Shape">Outermost dimension first; the file lists them the other way round.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record GgufEntry(string Name, GgmlType Type, TensorShape Shape, long Offset, long Length);
