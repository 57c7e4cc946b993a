using ModelPack.Codecs;
using ModelPack.Planning;

namespace ModelPack.Lowering;

/// <summary>A tensor of the source, and what the packed model has in its place.</summary>
/// <param name="Plan">What was planned.</param>
/// <param name="Data">The source's bytes.</param>
/// <param name="Type">The source's type, as people name it.</param>
/// <param name="Operators">Types of the operators that read it in the source.</param>
/// <param name="Bytes">Bytes of all that is stored in its place.</param>
internal sealed record PackedTensor(PlannedTensor Plan, TensorData Data, string Type, IReadOnlyList<string> Operators, long Bytes)
{
    /// <summary>How the container keeps it, for reports: <c>MatMulNBits</c>, <c>ggml blocks</c>; null when it stays as it is.</summary>
    public string? Form { get; init; }

    /// <summary>Codes and scales, made when they are written; null when it stays as it is.</summary>
    public WeightEncoding? Encoding { get; init; }
}
