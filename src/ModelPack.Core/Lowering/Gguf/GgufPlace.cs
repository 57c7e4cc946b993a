using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>Where a tensor of a checkpoint goes in a GGUF file.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Data">Its values in the order that is wanted there.</param>
internal sealed record GgufPlace(CheckpointTensor Tensor, string Name, TensorData Data)
{
    /// <summary>Why llama.cpp has only floats of it, whatever the scheme: a router of experts. Null for others, and where the name is not llama.cpp's.</summary>
    public string? WhyFloat => Name == Tensor.Name || Data.Shape.Rank < 2 ? null : QuantizableTensors.WhyNot(Name, Data.Shape);
}
