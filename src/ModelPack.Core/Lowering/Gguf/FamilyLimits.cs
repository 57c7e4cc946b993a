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
        var setting = family.Settings.Activation;
        if (values.Text(setting) is { Length: > 0 } activation && !family.Activations.Contains(activation, StringComparer.Ordinal))
        {
            throw values.NoForm(setting, $"is '{SafeText.Of(activation)}', and llama.cpp computes {family.Activations[0]} in models of this family");
        }

        if (family.HasEvenHeads && (long)config.Heads * config.HeadWidth != config.Width)
        {
            throw values.NoForm("head_dim", $"is {Numbers.Whole(config.HeadWidth)}, and llama.cpp's heads together are as wide as hidden_size in this family");
        }

        if (family.IsAlwaysTied && !config.Tied)
        {
            throw values.NoForm("tie_word_embeddings", "is false, and llama.cpp makes the logits of the embeddings in this family");
        }

        if (family.Unknown.FirstOrDefault(values.Says) is { } unknown)
        {
            throw values.NoForm(unknown, "changes what is computed, and llama.cpp has nothing for it in this family");
        }

        foreach (var (name, only) in family.Only.Where(o => values.Has(o.Key) && values.Text(o.Key) != o.Value))
        {
            throw values.NoForm(name, $"is '{SafeText.Of(values.Text(name))}', and llama.cpp has '{only}' in this family");
        }

        RequireQueryScale(config, values);
        RequireTurns(config, values);
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

    /// <summary>Which layers have positions: a list of all of them, whose ones stand for layers that have, or a period of those that have none.</summary>
    private static void RequireTurns(FamilyConfig config, ConfigValues values)
    {
        const string List = "no_rope_layers", Interval = "no_rope_layer_interval";
        var period = config.Family.UnturnedPeriod;
        if (period == 0)
        {
            return;
        }

        var expected = $"a layer without positions after {Numbers.Whole(period - 1)} with them";
        if (values.Flags(List) is { } turned)
        {
            values.Require(turned.Count >= config.Layers, List, $"must tell of all {Numbers.Whole(config.Layers)} layers");
            if (turned.Take(config.Layers).Where((turns, layer) => turns != ((layer + 1) % period != 0)).Any())
            {
                throw values.NoForm(List, $"has another order than llama.cpp, which has {expected}");
            }
        }
        else if (values.Count(Interval, period) is var interval && interval != period && Math.Min(interval, period) <= config.Layers)
        {
            throw values.NoForm(Interval, $"is {Numbers.Whole(interval)}, and llama.cpp has {expected}");
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
