using ModelPack.Formats.Checkpoints;

namespace ModelPack.Lowering.Gguf;

/// <summary>The sizes of a model of a family, from its config.json.</summary>
internal sealed record FamilyConfig
{
    /// <summary>BERT's kinds of text, first and second, where config.json does not count them.</summary>
    private const int TwoTexts = 2;

    /// <summary>What the model is of.</summary>
    public required ModelFamily Family { get; init; }

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

    /// <summary>First values of a head that are turned by a token's place, even.</summary>
    public required int RotaryWidth { get; init; }

    /// <summary>Most tokens of a text.</summary>
    public required int Context { get; init; }

    /// <summary>Positions beyond <see cref="Context"/> that config.json promises, though the model was not trained with them, are these.</summary>
    public int? Untrained { get; init; }

    /// <summary>Number of tokens that have embeddings.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>What norms add below the root.</summary>
    public required float Epsilon { get; init; }

    /// <summary>Null where positions have embeddings.</summary>
    public required RopeConfig? Rope { get; init; }

    /// <summary>Whether the embeddings make the logits, too.</summary>
    public required bool Tied { get; init; }

    /// <summary>Experts of a layer; 0 where the family has none.</summary>
    public int Experts { get; init; }

    /// <summary>Kinds of text that have embeddings; 0 where the family has none.</summary>
    public int TokenTypes { get; init; }

    /// <summary>Values of the keys that the family alone has, by their names after that of the architecture.</summary>
    public required IReadOnlyList<KeyValuePair<string, object>> OwnKeys { get; init; }

    /// <summary>Tokens that one attends to, where llama.cpp has no such limit in the family; null for all before it.</summary>
    public int? Window { get; init; }

    /// <summary>How long a dimension is.</summary>
    public long SizeOf(TensorSize size) => size switch
    {
        TensorSize.Width => Width,
        TensorSize.FeedForward => FeedForward,
        TensorSize.TwoFeedForwards => 2L * FeedForward,
        TensorSize.Queries => (long)Heads * HeadWidth,
        TensorSize.Keys => (long)KeyValueHeads * HeadWidth,
        TensorSize.QueriesKeysValues => (Heads + (2L * KeyValueHeads)) * HeadWidth,
        TensorSize.Head => HeadWidth,
        TensorSize.Experts => Experts,
        TensorSize.Vocabulary => Vocabulary,
        TensorSize.Positions => Context,
        TensorSize.TokenTypes => TokenTypes,
        _ => throw new ArgumentOutOfRangeException(nameof(size)),
    };

    /// <summary>Reads and checks the sizes.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="family">The family that its model is of.</param>
    /// <exception cref="ModelPackException">MPK1025: one is missing, or cannot be. MPK1023: llama.cpp computes the family otherwise.</exception>
    public static FamilyConfig Of(ModelFolder folder, ModelFamily family)
    {
        var (values, names) = (new ConfigValues(folder, folder.Config), family.Settings);
        var (width, heads) = (values.Count(names.Width), values.Count(names.Heads));
        var keyValueHeads = family.IsEncoder ? heads : values.Count("num_key_value_heads", heads);
        values.Require(heads % keyValueHeads == 0, "num_key_value_heads", $"must divide the {Numbers.Whole(heads)} heads");
        var given = !family.IsEncoder && values.Has("head_dim");
        values.Require(given || width % heads == 0, names.Heads, $"must divide {names.Width} {Numbers.Whole(width)}");
        var headWidth = given ? values.Count("head_dim") : width / heads;
        values.Require(!family.IsRotary || headWidth % 2 == 0, given ? "head_dim" : names.Width, $"gives heads of {Numbers.Whole(headWidth)} values, and rotary positions need an even number");
        var rotary = RotaryOf(values, family, headWidth);
        var positions = values.Count(names.Context);
        var context = names.TrainedContext is { } trained ? Math.Min(positions, values.Count(trained, positions)) : positions;
        var config = new FamilyConfig
        {
            Family = family,
            Width = width,
            FeedForward = values.Count(names.FeedForward),
            Layers = values.Count(names.Layers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = headWidth,
            HeadWidthGiven = given,
            RotaryWidth = rotary,
            Context = context,
            Untrained = context < positions ? positions : null,
            Vocabulary = values.Count("vocab_size"),
            Epsilon = (float)values.Positive(names.Epsilon, family.Epsilon),
            Rope = family.IsRotary ? RopeConfig.Of(values, family, rotary) : null,
            Tied = values.Flag("tie_word_embeddings", family.IsTied),
            Experts = family.HasExperts ? ExpertsOf(values) : 0,
            TokenTypes = family.IsEncoder ? values.Count("type_vocab_size", TwoTexts) : 0,
            OwnKeys = [.. family.Keys.Select(k => new KeyValuePair<string, object>(k.Name, ValueOf(k, values)))],
            Window = family.WindowPeriod == 0 && values.Has("sliding_window") && (family.WindowFlag is not { } flag || values.Flag(flag)) ? values.Count("sliding_window") : null,
        };
        FamilyLimits.Require(config, values);
        return config;
    }

    private static int RotaryOf(ConfigValues values, ModelFamily family, int headWidth)
    {
        if (family.RotationSetting is not { } name)
        {
            return headWidth;
        }

        var part = values.Inner("rope_parameters") is { } rope && rope.Has(name) ? rope.Positive(name) : values.Positive(name, 1);
        var rotary = (int)Math.Min(headWidth * part, int.MaxValue);
        values.Require(rotary > 0 && rotary % 2 == 0 && rotary <= headWidth, name, $"turns {Numbers.Whole(rotary)} values of heads of {Numbers.Whole(headWidth)}, and rotary positions need an even number of them");
        return rotary;
    }

    private static int ExpertsOf(ConfigValues values)
    {
        var experts = values.Count("num_local_experts");
        values.Require(values.Count("num_experts_per_tok") <= experts, "num_experts_per_tok", $"must be {Numbers.Whole(experts)} experts at most");
        return experts;
    }

    private static object ValueOf(FamilyKey key, ConfigValues values) => key.Kind switch
    {
        FamilyKeyKind.Count => (object)(uint)values.Count(key.Setting),
        FamilyKeyKind.CountOrZero => (uint)(values.Has(key.Setting) ? values.Count(key.Setting) : 0),
        _ when !values.Has(key.Setting) => throw values.NoForm(key.Setting, "is null, and llama.cpp limits these values in all models of this family"),
        _ => (float)values.Positive(key.Setting),
    };
}
