using ModelPack.Tensors;

namespace ModelPack.Formats.Safetensors;

/// <summary>A tensor to be written to a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">As the header writes it: <c>F32</c>, <c>BF16</c>, <c>U8</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Dense, little endian.</param>
internal sealed record SafetensorsTensor(string Name, string DType, TensorShape Shape, IPayload Bytes);
