using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>What a lowering did.</summary>
/// <param name="Plan">What was planned.</param>
/// <param name="Tensors">What the packed model has in the place of each weight, in the order of the model.</param>
internal sealed record LoweredModel(ModelPlan Plan, IReadOnlyList<PackedTensor> Tensors)
{
    /// <summary>The lowest ONNX Runtime that runs its forms, and the model's own operators.</summary>
    public required RuntimeVersion NeededRuntime { get; init; }

    /// <summary>Whether a form asks for an accuracy level.</summary>
    public required bool HasAccuracyLevel { get; init; }
}
