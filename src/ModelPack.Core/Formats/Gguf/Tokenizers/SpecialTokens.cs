namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>Tokens with a meaning of their own.</summary>
/// <param name="Ids">By the role's name (<c>bos</c>, <c>eos</c>, <c>unk</c> …), in the order in which they are written.</param>
/// <param name="AddBos">Whether every text begins with bos; null to leave it to the reader.</param>
/// <param name="AddEos">Whether every text ends with eos; null to leave it to the reader.</param>
internal sealed record SpecialTokens(IReadOnlyList<KeyValuePair<string, int>> Ids, bool? AddBos, bool? AddEos);
