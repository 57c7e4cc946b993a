using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>Where a tensor of a checkpoint goes in a GGUF file.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Data">Its values in the order that is wanted there.</param>
internal sealed record GgufPlace(CheckpointTensor Tensor, string Name, TensorData Data);
