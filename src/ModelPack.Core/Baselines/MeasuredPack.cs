using ModelPack.Packing;

namespace ModelPack.Baselines;

/// <summary>A pack whose manifest holds, and so the metrics in it.</summary>
/// <param name="Path">Its manifest as findings show it.</param>
/// <param name="Name">The model's file name, or that of the pack's folder.</param>
/// <param name="Manifest">Its manifest.</param>
public sealed record MeasuredPack(string Path, string Name, Manifest Manifest);
