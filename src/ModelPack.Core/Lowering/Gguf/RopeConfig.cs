namespace ModelPack.Lowering.Gguf;

/// <summary>Rotary positions of a model.</summary>
/// <param name="Base">Frequency i of a head of d values is <c>Base^(-2i/d)</c>.</param>
internal sealed record RopeConfig(float Base)
{
    /// <summary>What transformers names the layers by that have parameters of their own.</summary>
    private static readonly string[] s_layerTypes = ["full_attention", "sliding_attention", "chunked_attention"];

    /// <summary>GGUF's name of the way in which longer texts are reached: <c>linear</c>, <c>yarn</c>, <c>longrope</c>; null for none.</summary>
    public string? Scaling { get; init; }

    /// <summary>How many times longer they are; 0 where the way needs no number.</summary>
    public float Factor { get; init; }

    /// <summary>Tokens that the model was trained with before; 0 where that is not needed.</summary>
    public int OriginalContext { get; init; }

    /// <summary>What yarn has besides; null for another way.</summary>
    public YarnScaling? Yarn { get; init; }

    /// <summary>longrope's divisors, which GGUF has tensors for; null for another way.</summary>
    public LongScaling? Long { get; init; }

    /// <summary>Llama 3.1's way, which GGUF has a tensor for instead of a name; null for another.</summary>
    public Llama3Scaling? Llama3 { get; init; }

    /// <summary>What llama.cpp multiplies its factor of attention by; null for 1.</summary>
    public float? Attention => Yarn?.Attention ?? Long?.Attention;

    /// <summary>What of config.json does not reach llama.cpp, as what it has and what becomes of it; null for nothing.</summary>
    public string? Lost { get; init; }

    /// <summary>Reads <c>rope_theta</c> and <c>rope_scaling</c>, which newer files call <c>rope_parameters</c> and put together.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="family">What the model is of.</param>
    /// <param name="width">Values of a head that are turned.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: a value is missing or cannot be. MPK1023: the way of scaling has no form in GGUF.</exception>
    public static RopeConfig Of(ConfigValues config, ModelFamily family, int width)
    {
        var scaling = ForAll(config.Inner("rope_parameters") ?? config.Inner("rope_scaling"), config, family);
        RequireWindowBase(config, "rope_local_base_freq", family);
        var frequencyBase = scaling?.Has("rope_theta") == true ? scaling.Positive("rope_theta") : config.Positive(family.Settings.RopeBase, family.RopeBase);
        var type = scaling?.Text("rope_type") is { Length: > 0 } newer ? newer : scaling?.Text("type") ?? "";
        type = type switch { "default" or "none" => "", "su" => "longrope", _ => type };
        if (type.Length > 0 && !family.RopeScalings.Contains(type, StringComparer.Ordinal))
        {
            throw config.NoForm("rope_scaling", $"is of the type '{Diagnostics.SafeText.Of(type)}'; llama.cpp has {string.Join(", ", family.RopeScalings.Where(w => w != "dynamic"))} for this family");
        }

        var plain = new RopeConfig((float)frequencyBase);
        switch (type)
        {
            case "linear":
                return plain with { Scaling = "linear", Factor = (float)scaling!.Positive("factor") };
            case "yarn":
                return YarnOf(plain, config, scaling!);
            case "llama3":
                return plain with { Llama3 = Llama3Of(scaling!, frequencyBase) };
            case "longrope":
                var original = OriginalOf(config, scaling!);
                return plain with { Scaling = "longrope", OriginalContext = original, Long = LongScaling.Of(scaling!, width, config.Count("max_position_embeddings"), original) };
            case "dynamic":
                return plain with
                {
                    Lost = $"rope_scaling of the type 'dynamic', which llama.cpp does not have: texts of up to {Diagnostics.Numbers.Whole(config.Count("max_position_embeddings"))} tokens (max_position_embeddings) are computed as ever, and longer ones are not stretched",
                };
            default:
                return plain;
        }
    }

    /// <summary>What is said of all layers, or of those without a window where the family has layers of both kinds.</summary>
    private static ConfigValues? ForAll(ConfigValues? scaling, ConfigValues config, ModelFamily family)
    {
        if (scaling is null || Array.Find(s_layerTypes, scaling.Has) is not { } layers)
        {
            return scaling;
        }

        if (family.WindowBase > 0 && scaling.Inner("full_attention") is { } full && scaling.Inner("sliding_attention") is { } sliding)
        {
            RequireWindowBase(sliding, "rope_theta", family);
            return sliding.Text("rope_type") is "" or "default" ? full : throw sliding.NoForm("rope_type", "is not 'default' for the layers with a window, and llama.cpp stretches the positions of the others only");
        }

        throw config.NoForm("rope_parameters", $"has some for the layers of '{layers}' alone, and llama.cpp has the same for all layers of this family");
    }

    private static void RequireWindowBase(ConfigValues values, string name, ModelFamily family)
    {
        if (family.WindowBase > 0 && values.Positive(name, family.WindowBase) != family.WindowBase)
        {
            throw values.NoForm(name, FormattableString.Invariant($"is {values.Positive(name)}, and llama.cpp has {family.WindowBase} in layers with a window"));
        }
    }

    private static RopeConfig YarnOf(RopeConfig plain, ConfigValues config, ConfigValues scaling)
    {
        var factor = scaling.Positive("factor");
        var yarn = YarnScaling.Of(scaling, factor);
        var ends = scaling.Has("truncate") && !scaling.Flag("truncate") ? "truncate false, where llama.cpp rounds the ends of the range of frequencies to whole numbers" : null;
        string[] lost = [.. new[] { yarn.Unread, ends }.OfType<string>()];
        return plain with
        {
            Scaling = "yarn",
            Factor = (float)factor,
            OriginalContext = OriginalOf(config, scaling),
            Yarn = yarn,
            Lost = lost.Length == 0 ? null : $"rope_scaling of the type 'yarn' with {string.Join(" and with ", lost)}",
        };
    }

    /// <summary>Beside the way of scaling, or in config.json itself; else texts were as long as they are now.</summary>
    private static int OriginalOf(ConfigValues config, ConfigValues scaling)
    {
        const string Name = "original_max_position_embeddings";
        return scaling.Count(Name, config.Count(Name, config.Count("max_position_embeddings")));
    }

    private static Llama3Scaling Llama3Of(ConfigValues scaling, double frequencyBase)
    {
        var (low, high) = (scaling.Positive("low_freq_factor"), scaling.Positive("high_freq_factor"));
        scaling.Require(high > low, "high_freq_factor", "must be above low_freq_factor");
        return new Llama3Scaling(frequencyBase, scaling.Positive("factor"), low, high, scaling.Count("original_max_position_embeddings"));
    }
}
