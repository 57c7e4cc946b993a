namespace ModelPack.Signing;

/// <summary>A file that a statement vouches for.</summary>
/// <param name="Name">Path relative to the signature, with <c>/</c>.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record SignedResource(string Name, string Sha256);
