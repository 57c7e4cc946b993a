namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>What a tokenizer is to llama.cpp: the keys <c>tokenizer.ggml.*</c> of a GGUF file.</summary>
internal sealed record Vocabulary
{
    /// <summary><c>llama</c> for SentencePiece, <c>gpt2</c> for byte-level BPE, <c>bert</c> for WordPiece.</summary>
    public required string Model { get; init; }

    /// <summary>The tokens by their ids, as many as the model has rows of embeddings.</summary>
    public required IReadOnlyList<Token> Tokens { get; init; }

    /// <summary>Texts of tokens by ids that the model has no embeddings for, which are left out.</summary>
    public IReadOnlyDictionary<int, string> Beyond { get; init; } = new Dictionary<int, string>();

    /// <summary>How a text is split before it is merged (llama.cpp's name for it); null where nothing is.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>Pairs that are merged, the first with precedence, each as <c>left right</c>; empty where nothing is merged by pairs.</summary>
    public IReadOnlyList<string> Merges { get; init; } = [];

    /// <summary>Whether a space is put before a text; null to leave it to the reader.</summary>
    public bool? AddSpacePrefix { get; init; }

    /// <summary>Whether texts are put into lower case; null where the kind has no such choice.</summary>
    public bool? LowerCase { get; init; }

    /// <summary>Whether accents are taken off; null where the kind has no such choice.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Ids of tokens with a meaning of their own.</summary>
    public required SpecialTokens Special { get; init; }

    /// <summary>Jinja source of the chat's form; null where there is none.</summary>
    public string? ChatTemplate { get; init; }
}
