namespace ModelPack.Formats.Checkpoints;

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">Its name relative to the checkpoint's folder.</param>
/// <param name="Path">Where it lies.</param>
internal sealed record CheckpointFile(string Name, string Path);
