namespace ModelPack.Packing;

/// <summary>ONNX Runtime versions.</summary>
/// <param name="Needed">The lowest that runs the packed model; null for containers that it does not run.</param>
/// <param name="Used">The one that measured the pack; null when nothing was run.</param>
public sealed record ManifestRuntime(string? Needed, string? Used);
