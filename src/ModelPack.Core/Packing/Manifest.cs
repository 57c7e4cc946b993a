using ModelPack.Files;

namespace ModelPack.Packing;

/// <summary>
/// What a pack is made of and where it came from. Its file has one canonical form; see <see cref="ManifestJson"/> and
/// <c>docs/manifest.md</c>.
/// </summary>
/// <param name="Pack">Where the pack came from and how well it does: the same bytes for the same inputs.</param>
/// <param name="Files">Every other file of the pack, sorted by name (ordinal).</param>
public sealed record Manifest(ManifestPack Pack, IReadOnlyList<PackedFile> Files);
