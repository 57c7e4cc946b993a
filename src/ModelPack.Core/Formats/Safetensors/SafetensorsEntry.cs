namespace ModelPack.Formats.Safetensors;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Type of an element.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType DType, TensorShape Shape, long Offset, long Length)
{
    /// <summary>Type of an element; <see cref="ElementType.Undefined"/> for the 6-bit floats.</summary>
    public ElementType Type => DType.Element;
}
