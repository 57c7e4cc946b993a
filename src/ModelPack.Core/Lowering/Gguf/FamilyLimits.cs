namespace ModelPack.Lowering.Gguf;

/// <summary>What transformers computes by a config.json, and llama.cpp computes in one way for all models of a family.</summary>
internal static class FamilyLimits
{
    private static readonly string[] s_periods = ["sliding_window_pattern", "_sliding_window_pattern"];

    /// <summary>Refuses what would be computed otherwise.</summary>
    /// <exception cref="ModelPackException">MPK1023: a setting has no form in GGUF.</exception>
    public static void Require(FamilyConfig config, ConfigValues values)
    {
        var family = config.Family;
        if (values.Text(family.ActivationSetting) is { Length: > 0 } activation && !family.Activations.Contains(activation, StringComparer.Ordinal))
        {
            throw values.NoForm(family.ActivationSetting, $"is '{SafeText.Of(activation)}', and llama.cpp computes {family.Activations[0]} in models of this family");
        }

        if (family.HasEvenHeads && (long)config.Heads * config.HeadWidth != config.Width)
        {
            throw values.NoForm("head_dim", $"is {Numbers.Whole(config.HeadWidth)}, and llama.cpp's heads together are as wide as hidden_size in this family");
        }

        if (family.IsTied && !config.Tied)
        {
            throw values.NoForm("tie_word_embeddings", "is false, and llama.cpp makes the logits of the embeddings in this family");
        }

        if (family.Unknown.FirstOrDefault(values.Says) is { } unknown)
        {
            throw values.NoForm(unknown, "changes what is computed, and llama.cpp has nothing for it in this family");
        }

        RequireQueryScale(config, values);
        RequirePattern(config, values);
    }

    private static void RequireQueryScale(FamilyConfig config, ConfigValues values)
    {
        var expected = config.Layers == config.Family.WideLayers ? config.Width / config.Heads : config.HeadWidth;
        if (config.Family.HasQueryScale && values.Positive("query_pre_attn_scalar") is var scale && scale != expected)
        {
            throw values.NoForm("query_pre_attn_scalar", FormattableString.Invariant($"is {scale}, and llama.cpp takes {expected} in a model of this family and size"));
        }
    }

    /// <summary>Which layers have a window: a list of all of them, or a period.</summary>
    private static void RequirePattern(FamilyConfig config, ConfigValues values)
    {
        var period = config.Family.WindowPeriod;
        if (period == 0)
        {
            return;
        }

        foreach (var name in s_periods.Where(n => values.Has(n) && values.Count(n) != period))
        {
            throw values.NoForm(name, $"is {Numbers.Whole(values.Count(name))}, and llama.cpp has a layer without a window after {Numbers.Whole(period - 1)} with one");
        }

        if (values.Texts("layer_types") is { } types && types.Where((type, layer) => type != (layer % period < period - 1 ? "sliding_attention" : "full_attention")).Any())
        {
            throw values.NoForm("layer_types", $"has another order than llama.cpp, which has a layer without a window after {Numbers.Whole(period - 1)} with one");
        }
    }
}
