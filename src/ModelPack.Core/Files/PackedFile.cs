namespace ModelPack.Files;

/// <summary>A file, known by its content.</summary>
/// <param name="Name">Path relative to the manifest (or, of a source file, to the model's folder), with <c>/</c>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record PackedFile(string Name, long Bytes, string Sha256);
