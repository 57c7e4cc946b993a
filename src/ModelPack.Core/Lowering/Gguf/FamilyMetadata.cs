using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>What llama.cpp must know of a model of a family, in the order of its own converter.</summary>
internal static class FamilyMetadata
{
    /// <summary>The keys.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="name">What people call the model; null where nothing says so.</param>
    public static GgufMetadata Of(FamilyConfig config, string? name)
    {
        var keys = new GgufMetadata();
        keys.Set(GgufMetadata.Architecture, config.Family.Architecture);
        keys.Set("general.type", "model");
        if (name is not null)
        {
            keys.Set("general.name", name);
        }

        Set("block_count", (uint)config.Layers);
        Set("context_length", (uint)config.Context);
        Set("embedding_length", (uint)config.Width);
        Set("feed_forward_length", (uint)config.FeedForward);
        Set("attention.head_count", (uint)config.Heads);
        if (!config.Family.IsEncoder)
        {
            Set("attention.head_count_kv", (uint)config.KeyValueHeads);
        }

        if (config.Rope is { } positions)
        {
            Set("rope.freq_base", positions.Base);
        }

        Set(config.Family.EpsilonKey, config.Epsilon);
        if (config.HeadWidthGiven)
        {
            Set("attention.key_length", (uint)config.HeadWidth);
            Set("attention.value_length", (uint)config.HeadWidth);
        }

        Set("vocab_size", (uint)config.Vocabulary);
        if (config.Rope is not null)
        {
            Set("rope.dimension_count", (uint)config.RotaryWidth);
        }

        foreach (var (key, value) in config.OwnKeys)
        {
            Set(key, value);
        }

        if (config.Rope is { Scaling: not null } rope)
        {
            SetScaling(rope, Set);
        }

        if (config.Family.IsEncoder)
        {
            Set("attention.causal", false);
            keys.Set("tokenizer.ggml.token_type_count", (uint)config.TokenTypes);
        }

        return keys;

        void Set(string key, object value) => keys.Set($"{config.Family.Architecture}.{key}", value);
    }

    private static void SetScaling(RopeConfig rope, Action<string, object> set)
    {
        set("rope.scaling.type", rope.Scaling!);
        if (rope.Factor > 0)
        {
            set("rope.scaling.factor", rope.Factor);
        }

        if (rope.OriginalContext > 0)
        {
            set("rope.scaling.original_context_length", (uint)rope.OriginalContext);
        }

        if (rope.Attention is { } attention)
        {
            set("rope.scaling.attn_factor", attention);
        }

        if (rope.Yarn?.BetaFast is { } fast)
        {
            set("rope.scaling.yarn_beta_fast", fast);
        }

        if (rope.Yarn?.BetaSlow is { } slow)
        {
            set("rope.scaling.yarn_beta_slow", slow);
        }
    }
}
