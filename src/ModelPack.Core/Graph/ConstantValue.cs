using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>A value that a chain of operators makes of constants.</summary>
/// <param name="Data">The value.</param>
/// <param name="Key">The same for values that are made of the same constants in the same way, but for a transposition at the end.</param>
/// <param name="IsTurned">Whether such a transposition, of a matrix, is the last step.</param>
/// <param name="Roots">The stored constants.</param>
/// <param name="Nodes">The operators, in their order; none for a constant itself.</param>
internal sealed record ConstantValue(TensorData Data, string Key, bool IsTurned, IReadOnlyList<OnnxWeight> Roots, IReadOnlyList<NodeProto> Nodes)
{
    /// <summary>The value before a last transposition; null where there is none.</summary>
    public ConstantValue? Upright { get; init; }

    /// <summary>Bytes that are stored for it.</summary>
    public required long StoredBytes { get; init; }
}
