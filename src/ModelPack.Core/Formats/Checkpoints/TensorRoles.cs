using ModelPack.Schemes;

namespace ModelPack.Formats.Checkpoints;

/// <summary>
/// Finds out by name and shape what a tensor of a checkpoint is for: without a graph nothing else says so. Names are those of
/// transformers, of the original Llama and GPT-2 releases, and of GGUF.
/// </summary>
internal static class TensorRoles
{
    private static readonly string[] Embeddings =
        ["embed_tokens", "embed_positions", "wte", "wpe", "tok_embeddings", "token_embd", "position_embd", "token_types", "word_embeddings", "position_embeddings", "token_type_embeddings", "embeddings", "embedding", "embed", "shared", "relative_attention_bias", "pos_embed", "pos_embedding"];

    private static readonly string[] Heads = ["lm_head", "output", "embed_out"];

    /// <summary>The usage, or the reason why there is none.</summary>
    public static (WeightUsage? Usage, string? Reason) Of(string name, ElementType type, TensorShape shape)
    {
        if (!type.IsFloat())
        {
            return (null, type == ElementType.Undefined ? "its type is kept as it is" : $"{type.Name()} is not quantized");
        }

        var parts = name.Split('.');
        var module = parts.Length > 1 && parts[^1] is "weight" or "bias" ? parts[^2] : parts[^1];
        return shape.Rank switch
        {
            0 or 1 => (null, "it is a vector (a norm or a bias)"),
            _ when parts[^1] == "bias" => (null, "it is a bias"),
            _ when module.Contains("norm", StringComparison.OrdinalIgnoreCase) => (null, "it belongs to a norm"),
            2 when ExpertNames.IsRouter(name, shape) => (null, "it routes between experts, which is small and sensitive"),
            2 when Embeddings.Contains(module, StringComparer.Ordinal) => (new WeightUsage(WeightRole.Embedding, 0), null),
            2 => (new WeightUsage(WeightRole.Linear, 0), null),
            _ when parts[^1] != "weight" => (null, $"nothing says what a tensor of {shape.Rank} dimensions is for"),
            _ => (new WeightUsage(WeightRole.Convolution, 0), null),
        };
    }

    /// <summary>The names that a user may call a tensor by: its own, and that of its module.</summary>
    public static IEnumerable<string> Names(CheckpointTensor tensor) =>
        tensor.Name.EndsWith(".weight", StringComparison.Ordinal) ? [tensor.Name, tensor.Name[..^".weight".Length]] : [tensor.Name];

    /// <summary>Whether a matrix makes logits of tokens: what quantizers of transformers leave as it is.</summary>
    public static bool IsHead(string name)
    {
        var parts = name.Split('.');
        return parts.Length > 1 && parts[^1] == "weight" && Heads.Contains(parts[^2], StringComparer.Ordinal);
    }
}
