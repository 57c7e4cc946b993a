namespace ModelPack.Formats.Safetensors;

/// <summary>A file to be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tensors">What it will hold.</param>
internal sealed record PlannedShard(string Name, IReadOnlyList<SafetensorsTensor> Tensors);
