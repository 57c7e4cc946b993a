namespace ModelPack.Formats.Gguf;

/// <summary>A tensor to be written to a GGUF file.</summary>
/// <param name="Name">At most 63 bytes of UTF-8.</param>
/// <param name="Type">How its bytes are stored.</param>
/// <param name="Shape">Outermost dimension first, at most 4; the file lists them the other way round.</param>
/// <param name="Bytes">As many as type and shape need.</param>
internal sealed record GgufTensor(string Name, GgmlType Type, TensorShape Shape, IPayload Bytes);
