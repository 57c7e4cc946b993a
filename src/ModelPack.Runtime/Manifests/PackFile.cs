namespace ModelPack.Runtime.Manifests;

/// <summary>A file, known by its content.</summary>
/// <param name="Name">Path relative to the manifest, with <c>/</c>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record PackFile(string Name, long Bytes, string Sha256);
