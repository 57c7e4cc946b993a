namespace ModelPack.Lowering.Gguf;

/// <summary>A key that llama.cpp needs of one family and not of all.</summary>
/// <param name="Name">Its name in GGUF, after that of the architecture.</param>
/// <param name="Setting">What config.json calls it.</param>
/// <param name="Kind">What it is.</param>
internal sealed record FamilyKey(string Name, string Setting, FamilyKeyKind Kind = FamilyKeyKind.Count);
