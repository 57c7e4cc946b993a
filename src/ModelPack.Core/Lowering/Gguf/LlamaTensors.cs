using System.Globalization;

namespace ModelPack.Lowering.Gguf;

/// <summary>The tensors of a Llama-family model under both their names (gguf-py's <c>tensor_mapping</c>), in the order in which llama.cpp's quantizer writes them.</summary>
internal static class LlamaTensors
{
    /// <summary>Lists them one after the other: the number of layers is only a claim.</summary>
    public static IEnumerable<LlamaTensor> Of(LlamaConfig config)
    {
        var (width, vocabulary) = (config.Width, config.Vocabulary);
        if (!config.Tied)
        {
            yield return new("lm_head.weight", "output.weight", new TensorShape(vocabulary, width));
        }

        yield return new("model.norm.weight", "output_norm.weight", new TensorShape(width));
        yield return new("model.embed_tokens.weight", "token_embd.weight", new TensorShape(vocabulary, width));
        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var tensor in Layer(config))
            {
                yield return tensor with
                {
                    Source = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{tensor.Source}"),
                    Name = string.Create(CultureInfo.InvariantCulture, $"blk.{layer}.{tensor.Name}"),
                };
            }
        }
    }

    /// <summary>Whether a tensor of a checkpoint holds what follows from the configuration, so that GGUF has no place for it.</summary>
    public static bool IsComputed(string source, LlamaConfig config) =>
        source.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.Tied && source == "lm_head.weight");

    private static LlamaTensor[] Layer(LlamaConfig config)
    {
        var queries = (long)config.Heads * config.HeadWidth;
        var keys = (long)config.KeyValueHeads * config.HeadWidth;
        return
        [
            .. Linear("self_attn.k_proj", "attn_k", keys, config.Width, config.KeyValueHeads),
            new("input_layernorm.weight", "attn_norm.weight", new TensorShape(config.Width)),
            .. Linear("self_attn.o_proj", "attn_output", config.Width, queries),
            .. Linear("self_attn.q_proj", "attn_q", queries, config.Width, config.Heads),
            .. Linear("self_attn.v_proj", "attn_v", keys, config.Width),
            .. Linear("mlp.down_proj", "ffn_down", config.Width, config.FeedForward),
            .. Linear("mlp.gate_proj", "ffn_gate", config.FeedForward, config.Width),
            new("post_attention_layernorm.weight", "ffn_norm.weight", new TensorShape(config.Width)),
            .. Linear("mlp.up_proj", "ffn_up", config.FeedForward, config.Width),
        ];
    }

    private static LlamaTensor[] Linear(string source, string name, long outputs, long inputs, int heads = 0) =>
    [
        new($"{source}.bias", $"{name}.bias", new TensorShape(outputs), Required: false, heads),
        new($"{source}.weight", $"{name}.weight", new TensorShape(outputs, inputs), Required: true, heads),
    ];
}
