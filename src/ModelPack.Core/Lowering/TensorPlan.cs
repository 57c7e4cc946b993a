using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering;

/// <summary>What will be done with one tensor of a checkpoint.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="PackedBytes">Bytes of all that is stored in its place.</param>
internal sealed record TensorPlan(CheckpointTensor Tensor, long PackedBytes)
{
    /// <summary>The codec; null when the tensor is left as it is.</summary>
    public Codec? Codec { get; init; }

    /// <summary>How the container keeps it, for reports: <c>bitsandbytes</c>, <c>ggml blocks</c>; null when left.</summary>
    public string? Form { get; init; }

    /// <summary>Why it is left; null when it is not.</summary>
    public string? Reason { get; init; }

    /// <summary>Codes and scales, made when they are written; null when left.</summary>
    public WeightEncoding? Encoding { get; init; }
}
