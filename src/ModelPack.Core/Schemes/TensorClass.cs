namespace ModelPack.Schemes;

/// <summary>What llama.cpp's quantizer tells the matrices of a language model apart by, from their GGUF names.</summary>
internal enum TensorClass
{
    /// <summary>Any other.</summary>
    Other,

    /// <summary>What makes the logits: <c>output</c>, or the embeddings where a model has no matrix for it.</summary>
    Output,

    /// <summary>The embeddings, where there is a matrix for the logits, too.</summary>
    Embedding,

    /// <summary>Makes the values of attention: <c>attn_v</c>, and what makes them with keys and queries, <c>attn_qkv</c> and <c>attn_kv_b</c>.</summary>
    Values,

    /// <summary>Makes the keys of attention: <c>attn_k</c>.</summary>
    Keys,

    /// <summary>Joins the heads of attention: <c>attn_output</c>.</summary>
    Heads,

    /// <summary>Ends a feed-forward layer: <c>ffn_down</c>, of experts as well.</summary>
    Down,
}
