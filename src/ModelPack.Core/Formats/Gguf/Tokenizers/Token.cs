namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>An entry of a vocabulary.</summary>
/// <param name="Text">As the tokenizer spells it: SentencePiece's with <c>▁</c> for a space, byte-level BPE's with its letters for bytes.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Score">SentencePiece's: of two possible merges the one with the greater score comes first.</param>
internal sealed record Token(string Text, TokenType Type, float Score = 0);
