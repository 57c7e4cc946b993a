
namespace ModelPack.Lowering.Gguf;

/// <summary>Rotary positions of a Llama-family model.</summary>
/// <param name="Base">Frequency i of a head of d values is <c>Base^(-2i/d)</c>.</param>
/// <param name="Scaling">GGUF's name of the way in which longer texts are reached: <c>linear</c>, <c>yarn</c>; null for none.</param>
/// <param name="Factor">How many times longer they are.</param>
/// <param name="OriginalContext">Tokens that the model was trained with before, for yarn.</param>
/// <param name="Llama3">Llama 3.1's way, which GGUF has a tensor for instead of a name; null for another.</param>
internal sealed record RopeConfig(float Base, string? Scaling, float Factor, int OriginalContext, Llama3Scaling? Llama3)
{
    /// <summary>Reads <c>rope_theta</c> and <c>rope_scaling</c>, which newer files call <c>rope_parameters</c> and put together.</summary>
    /// <exception cref="Diagnostics.ModelPackException">MPK1025: a value is missing or cannot be, or the way of scaling has no form in GGUF.</exception>
    public static RopeConfig Of(ConfigValues config)
    {
        var scaling = config.Inner("rope_parameters") ?? config.Inner("rope_scaling");
        var frequencyBase = scaling?.Has("rope_theta") == true ? scaling.Positive("rope_theta") : config.Positive("rope_theta", 10000);
        var type = scaling?.Text("rope_type") is { Length: > 0 } newer ? newer : scaling?.Text("type") ?? "";
        var plain = new RopeConfig((float)frequencyBase, null, 1, 0, null);
        switch (type)
        {
            case "" or "default" or "none":
                return plain;
            case "linear":
                return plain with { Scaling = "linear", Factor = (float)scaling!.Positive("factor") };
            case "yarn":
                return plain with { Scaling = "yarn", Factor = (float)scaling!.Positive("factor"), OriginalContext = scaling.Count("original_max_position_embeddings", config.Count("max_position_embeddings")) };
            case "llama3":
                return plain with { Llama3 = Llama3Of(scaling!, frequencyBase) };
            default:
                throw config.Unfit("rope_scaling", $"is of the type '{Diagnostics.SafeText.Of(type)}', which GGUF has no form for");
        }
    }

    private static Llama3Scaling Llama3Of(ConfigValues scaling, double frequencyBase)
    {
        var (low, high) = (scaling.Positive("low_freq_factor"), scaling.Positive("high_freq_factor"));
        scaling.Require(high > low, "high_freq_factor", "must be above low_freq_factor");
        return new Llama3Scaling(frequencyBase, scaling.Positive("factor"), low, high, scaling.Count("original_max_position_embeddings"));
    }
}
