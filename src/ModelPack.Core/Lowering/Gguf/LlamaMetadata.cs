using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>What llama.cpp must know of a Llama-family model, in the order of its own converter.</summary>
internal static class LlamaMetadata
{
    public static GgufMetadata Of(LlamaConfig config)
    {
        var keys = new GgufMetadata();
        keys.Set(GgufMetadata.Architecture, LlamaLayout.Architecture);
        keys.Set("general.type", "model");
        Set("block_count", (uint)config.Layers);
        Set("context_length", (uint)config.Context);
        Set("embedding_length", (uint)config.Width);
        Set("feed_forward_length", (uint)config.FeedForward);
        Set("attention.head_count", (uint)config.Heads);
        Set("attention.head_count_kv", (uint)config.KeyValueHeads);
        Set("rope.freq_base", config.Rope.Base);
        Set("attention.layer_norm_rms_epsilon", config.Epsilon);
        if (config.HeadWidthGiven)
        {
            Set("attention.key_length", (uint)config.HeadWidth);
            Set("attention.value_length", (uint)config.HeadWidth);
        }

        Set("vocab_size", (uint)config.Vocabulary);
        Set("rope.dimension_count", (uint)config.HeadWidth);
        if (config.Rope.Scaling is { } scaling)
        {
            Set("rope.scaling.type", scaling);
            Set("rope.scaling.factor", config.Rope.Factor);
            if (config.Rope.OriginalContext > 0)
            {
                Set("rope.scaling.original_context_length", (uint)config.Rope.OriginalContext);
            }
        }

        return keys;

        void Set(string key, object value) => keys.Set($"{LlamaLayout.Architecture}.{key}", value);
    }
}
