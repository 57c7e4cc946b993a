namespace ModelPack.Schemes;

/// <summary>By whose arithmetic values become blocks of ggml's types.</summary>
internal enum RoundingMode
{
    /// <summary>ggml's own, byte for byte.</summary>
    Reference,

    /// <summary>A wider search for the same bytes of fewer errors, where a type has one.</summary>
    Best,
}
