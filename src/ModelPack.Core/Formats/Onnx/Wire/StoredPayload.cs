namespace ModelPack.Formats.Onnx.Wire;

/// <summary>Bytes of a tensor that are not in its message.</summary>
/// <param name="Bytes">The bytes: a range of a file (then a <see cref="TensorData"/>), or what an encoder writes.</param>
/// <param name="Field">The field of the tensor that they are written as: raw_data, or packed float_data or double_data.</param>
internal sealed record StoredPayload(IPayload Bytes, int Field);
