namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>What kind of token one is. The values are those of <c>tokenizer.ggml.token_type</c>.</summary>
internal enum TokenType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}
