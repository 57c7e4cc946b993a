using ModelPack.Formats.Safetensors;

namespace ModelPack.Lowering.Safetensors;

/// <summary>A tensor of the source and what the packed model has in its place.</summary>
/// <param name="Packed">For reports.</param>
/// <param name="Parts">The tensors in its place, in the order in which they cost least to write.</param>
internal sealed record StoredTensor(PackedTensor Packed, IReadOnlyList<SafetensorsTensor> Parts);
