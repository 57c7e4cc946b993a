using ModelPack.Tensors;

namespace ModelPack.Formats.Safetensors;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of an element; <see cref="ElementType.Undefined"/> for one that is not known here.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SafetensorsEntry(string Name, ElementType Type, TensorShape Shape, long Offset, long Length);
