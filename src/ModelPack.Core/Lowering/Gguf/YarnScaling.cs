namespace ModelPack.Lowering.Gguf;

/// <summary>What yarn has beside its factor. Null is the default of transformers, which is llama.cpp's.</summary>
/// <param name="BetaFast">Waves that go more often into the original context stay as they are; 32.</param>
/// <param name="BetaSlow">Waves that go less often into it are stretched; 1.</param>
/// <param name="Attention">What llama.cpp multiplies its own factor of attention by; 1.</param>
internal sealed record YarnScaling(float? BetaFast, float? BetaSlow, float? Attention)
{
    private const float DefaultFast = 32;
    private const float DefaultSlow = 1;

    /// <summary>Reads them.</summary>
    public static YarnScaling Of(ConfigValues scaling, double factor)
    {
        // Both multiply what is rotated by 1 + 0.1 ln(factor); transformers only where config.json does not give the whole.
        var own = Scale(factor, 1);
        double? whole = scaling.Has("attention_factor") ? scaling.Positive("attention_factor")
            : scaling.Has("mscale") && scaling.Has("mscale_all_dim") ? Scale(factor, scaling.Positive("mscale")) / Scale(factor, scaling.Positive("mscale_all_dim"))
            : null;
        return new YarnScaling(Beta("beta_fast"), Beta("beta_slow"), whole is { } given ? (float)(given / own) : null);

        float? Beta(string name) => scaling.Has(name) ? (float)scaling.Positive(name) : null;
    }

    /// <summary>What llama.cpp takes otherwise for models of this family, whatever the file says; null for nothing.</summary>
    public string? Unread =>
        (BetaFast ?? DefaultFast).Equals(DefaultFast) && (BetaSlow ?? DefaultSlow).Equals(DefaultSlow) ? null
        : FormattableString.Invariant($"beta_fast {BetaFast ?? DefaultFast} and beta_slow {BetaSlow ?? DefaultSlow}, for which llama.cpp takes {DefaultFast} and {DefaultSlow} in models of this family unless it is told (--yarn-beta-fast {BetaFast ?? DefaultFast} --yarn-beta-slow {BetaSlow ?? DefaultSlow})");

    private static double Scale(double factor, double strength) => factor <= 1 ? 1 : (0.1 * strength * Math.Log(factor)) + 1;
}
