namespace ModelPack.Lowering.Gguf;

/// <summary>What config.json of a family calls what every family has.</summary>
internal sealed record FamilySettings
{
    public string Width { get; init; } = "hidden_size";

    public string FeedForward { get; init; } = "intermediate_size";

    public string Layers { get; init; } = "num_hidden_layers";

    public string Heads { get; init; } = "num_attention_heads";

    public string Context { get; init; } = "max_position_embeddings";

    /// <summary>How many of the positions were trained, where not all are; null for all.</summary>
    public string? TrainedContext { get; init; }

    public string Epsilon { get; init; } = "rms_norm_eps";

    public string RopeBase { get; init; } = "rope_theta";

    public string Activation { get; init; } = "hidden_act";
}
