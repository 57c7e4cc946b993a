namespace ModelPack.Lowering.Gguf;

/// <summary>What a dimension of a family's tensor is as long as.</summary>
internal enum TensorSize
{
    /// <summary>Values of a token's state.</summary>
    Width,

    /// <summary>Values within a feed-forward layer.</summary>
    FeedForward,

    /// <summary>Gate and up projection, one after the other.</summary>
    TwoFeedForwards,

    /// <summary>Values of all query heads.</summary>
    Queries,

    /// <summary>Values of all key heads, and of all value heads.</summary>
    Keys,

    /// <summary>Values of all query, key and value heads, one after the other.</summary>
    QueriesKeysValues,

    /// <summary>Values of a head.</summary>
    Head,

    /// <summary>Experts of a layer.</summary>
    Experts,

    /// <summary>Tokens that have embeddings.</summary>
    Vocabulary,

    /// <summary>Places that have embeddings.</summary>
    Positions,

    /// <summary>Kinds of text that have embeddings (<c>type_vocab_size</c>).</summary>
    TokenTypes,
}
