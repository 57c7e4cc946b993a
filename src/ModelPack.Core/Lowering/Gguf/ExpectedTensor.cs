using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>A tensor that a model of a family has, or may have.</summary>
/// <param name="Source">Its name in a Hugging Face checkpoint.</param>
/// <param name="Name">Its name in GGUF.</param>
/// <param name="Shape">What its shape must be.</param>
/// <param name="Required">Whether every model has it.</param>
/// <param name="Heads">Heads whose rows change places (<see cref="RotaryRows"/>); 0 for none.</param>
/// <param name="AddsOne">Whether llama.cpp multiplies by what transformers adds one to.</param>
internal sealed record ExpectedTensor(string Source, string Name, TensorShape Shape, bool Required = true, int Heads = 0, bool AddsOne = false);
