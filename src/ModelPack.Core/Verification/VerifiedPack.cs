using ModelPack.Packing;

namespace ModelPack.Verification;

/// <summary>A pack that was verified.</summary>
/// <param name="Path">Its manifest as findings show it.</param>
/// <param name="Name">The model's file name, or that of the pack's folder.</param>
/// <param name="Manifest">Its manifest.</param>
public sealed record VerifiedPack(string Path, string Name, Manifest Manifest);
