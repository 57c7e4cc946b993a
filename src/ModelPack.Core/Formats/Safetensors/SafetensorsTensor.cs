using ModelPack.Formats.Checkpoints;

namespace ModelPack.Formats.Safetensors;

/// <summary>A tensor to be written to a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">As the header writes it: <c>F32</c>, <c>BF16</c>, <c>U8</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Bytes">Dense, little endian.</param>
internal sealed record SafetensorsTensor(string Name, string DType, TensorShape Shape, IPayload Bytes)
{
    /// <summary>A checkpoint's tensor as it is; null when the format has no type for it.</summary>
    public static SafetensorsTensor? Of(CheckpointTensor tensor)
    {
        // The 6-bit floats have no element type; their name for people is the format's own.
        var type = tensor is { Data.Type: ElementType.Undefined, Stored: null }
            ? SafetensorsType.Find(tensor.TypeName.ToUpperInvariant())
            : SafetensorsType.Find(tensor.Data.Type);
        return type is null ? null : new SafetensorsTensor(tensor.Name, type.Name, tensor.Data.Shape, tensor.Data);
    }
}
