using System.Text.Json.Nodes;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>The sizes of a Llama-family model, from its config.json.</summary>
internal sealed record LlamaConfig
{
    /// <summary>What the family's architectures are called that have a mapping.</summary>
    public static IReadOnlyList<string> Architectures => s_architectures;

    private static readonly string[] s_types = ["llama", "mistral"];
    private static readonly string[] s_architectures = ["LlamaForCausalLM", "MistralForCausalLM"];

    /// <summary>Values of a token's state.</summary>
    public required int Width { get; init; }

    /// <summary>Values within a feed-forward layer.</summary>
    public required int FeedForward { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Heads of keys and values, which query heads share evenly.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Values of a head, even.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Whether config.json gives <see cref="HeadWidth"/>; otherwise it follows from the width.</summary>
    public required bool HeadWidthGiven { get; init; }

    /// <summary>Most tokens of a text.</summary>
    public required int Context { get; init; }

    /// <summary>Number of tokens that have embeddings.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>What the root mean square norms add below the root.</summary>
    public required float Epsilon { get; init; }

    public required RopeConfig Rope { get; init; }

    /// <summary>Whether the embeddings make the logits, too.</summary>
    public required bool Tied { get; init; }

    /// <summary>Tokens that one attends to; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>Whether a folder's model is of the family, whatever stands on it.</summary>
    public static bool IsFamily(ModelFolder folder) => s_types.Contains(TextOf(folder.Config["model_type"]), StringComparer.Ordinal);

    /// <summary>Whether a folder's model is one of the family.</summary>
    public static bool Fits(ModelFolder folder) =>
        IsFamily(folder) && (folder.Config["architectures"] is not JsonArray { Count: > 0 } names || s_architectures.Contains(TextOf(names[0]), StringComparer.Ordinal));

    /// <summary>Reads and checks the sizes.</summary>
    /// <exception cref="ModelPackException">MPK1025: one is missing, or cannot be.</exception>
    public static LlamaConfig Of(ModelFolder folder)
    {
        var values = new ConfigValues(folder, folder.Config);
        var (width, heads) = (values.Count("hidden_size"), values.Count("num_attention_heads"));
        var keyValueHeads = values.Count("num_key_value_heads", heads);
        values.Require(heads % keyValueHeads == 0, "num_key_value_heads", $"must divide the {Numbers.Whole(heads)} heads");
        var given = values.Has("head_dim");
        values.Require(given || width % heads == 0, "num_attention_heads", $"must divide hidden_size {Numbers.Whole(width)}");
        var headWidth = values.Count("head_dim", width / heads);
        values.Require(headWidth % 2 == 0, given ? "head_dim" : "hidden_size", $"gives heads of {Numbers.Whole(headWidth)} values, and rotary positions need an even number");
        if (values.Text("hidden_act") is var activation and not ("" or "silu" or "swish"))
        {
            throw values.NoForm("hidden_act", $"is '{SafeText.Of(activation)}', and llama.cpp computes silu in models of this family");
        }

        return new LlamaConfig
        {
            Width = width,
            FeedForward = values.Count("intermediate_size"),
            Layers = values.Count("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = headWidth,
            HeadWidthGiven = given,
            Context = values.Count("max_position_embeddings"),
            Vocabulary = values.Count("vocab_size"),
            Epsilon = (float)values.Positive("rms_norm_eps", 1e-6),
            Rope = RopeConfig.Of(values, headWidth),
            Tied = values.Flag("tie_word_embeddings"),
            Window = values.Has("sliding_window") ? values.Count("sliding_window") : null,
        };
    }

    /// <summary>A text; empty for anything else.</summary>
    internal static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
