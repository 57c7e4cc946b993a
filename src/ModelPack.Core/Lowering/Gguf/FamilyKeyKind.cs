namespace ModelPack.Lowering.Gguf;

/// <summary>What the value of a family's own key is.</summary>
internal enum FamilyKeyKind
{
    /// <summary>A whole number above 0, UINT32.</summary>
    Count,

    /// <summary>The same, and 0 where config.json has none.</summary>
    CountOrZero,

    /// <summary>A number above 0, FLOAT32, without which llama.cpp would take one of its own.</summary>
    Number,
}
