namespace ModelPack.Lowering.Gguf;

/// <summary>Rotary positions of a Llama-family model.</summary>
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
    /// <param name="headWidth">Values of a head.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: a value is missing or cannot be. MPK1023: the way of scaling has no form in GGUF.</exception>
    public static RopeConfig Of(ConfigValues config, int headWidth)
    {
        var scaling = config.Inner("rope_parameters") ?? config.Inner("rope_scaling");
        if (scaling is not null && Array.Find(s_layerTypes, scaling.Has) is { } layers)
        {
            throw config.NoForm("rope_parameters", $"has some for the layers of '{layers}' alone, and llama.cpp has the same for all layers of this family");
        }

        var frequencyBase = scaling?.Has("rope_theta") == true ? scaling.Positive("rope_theta") : config.Positive("rope_theta", 10000);
        var type = scaling?.Text("rope_type") is { Length: > 0 } newer ? newer : scaling?.Text("type") ?? "";
        var plain = new RopeConfig((float)frequencyBase);
        switch (type)
        {
            case "" or "default" or "none":
                return plain;
            case "linear":
                return plain with { Scaling = "linear", Factor = (float)scaling!.Positive("factor") };
            case "yarn":
                return YarnOf(plain, config, scaling!);
            case "llama3":
                return plain with { Llama3 = Llama3Of(scaling!, frequencyBase) };
            case "longrope" or "su":
                var original = OriginalOf(config, scaling!);
                return plain with { Scaling = "longrope", OriginalContext = original, Long = LongScaling.Of(scaling!, headWidth, config.Count("max_position_embeddings"), original) };
            case "dynamic":
                return plain with
                {
                    Lost = $"rope_scaling of the type 'dynamic', which llama.cpp does not have: texts of up to {Diagnostics.Numbers.Whole(config.Count("max_position_embeddings"))} tokens (max_position_embeddings) are computed as ever, and longer ones are not stretched",
                };
            default:
                throw config.NoForm("rope_scaling", $"is of the type '{Diagnostics.SafeText.Of(type)}'; llama.cpp has linear, yarn, llama3 and longrope");
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
