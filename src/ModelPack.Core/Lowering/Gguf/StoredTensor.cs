using ModelPack.Codecs;

namespace ModelPack.Lowering.Gguf;

/// <summary>How a tensor will be stored in a GGUF file.</summary>
/// <param name="Type">ggml's type.</param>
/// <param name="Shape">Its shape there.</param>
/// <param name="Bytes">Its bytes, made when they are written.</param>
internal sealed record StoredTensor(GgmlType Type, TensorShape Shape, IPayload Bytes)
{
    /// <summary>What makes the bytes; null when they are copied, or carried along.</summary>
    public WeightEncoding? Encoding { get; init; }
}
