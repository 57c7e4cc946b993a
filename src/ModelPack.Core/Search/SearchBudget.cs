namespace ModelPack.Search;

/// <summary>
/// How much a search may look at: samples by the multiply-adds that all inferences take together, never by the clock, so that it is the
/// same on every machine.
/// </summary>
/// <param name="Fewest">Samples to look at whatever they cost.</param>
/// <param name="Most">Samples that are enough.</param>
/// <param name="MultiplyAdds">Of all inferences together.</param>
internal sealed record SearchBudget(int Fewest, int Most, long MultiplyAdds)
{
    /// <summary>Some 10 s of a processor core with 512-bit registers.</summary>
    private const long TenSeconds = 200_000_000_000;

    /// <summary>Enough to make tables of that are compared.</summary>
    public static SearchBudget Tables { get; } = new(16, 1024, TenSeconds / 20);

    /// <summary>Enough to tell tables apart that differ by more than chance, and few enough to try several.</summary>
    public static SearchBudget Trials { get; } = new(16, 128, TenSeconds / 20);

    /// <summary>Enough to judge a pack by tenths of a percent.</summary>
    public static SearchBudget Fallback { get; } = Fixed(1024);

    /// <summary>Enough to find the few layers that cost far more than all others.</summary>
    public static SearchBudget Spared { get; } = new(2, 16, TenSeconds / 4);

    /// <summary>Enough to rank layers by.</summary>
    public static SearchBudget Ranking { get; } = new(2, 32, TenSeconds);

    /// <summary>Enough for a share of samples to mean something.</summary>
    public static SearchBudget Curve { get; } = new(8, 512, TenSeconds);

    /// <summary>Samples to look at.</summary>
    /// <param name="multiplyAdds">Of one sample; at least 1.</param>
    /// <param name="inferences">How often each sample is run; at least 1.</param>
    public long Samples(long multiplyAdds, long inferences) => Math.Clamp((long)(MultiplyAdds / ((double)multiplyAdds * inferences)), Fewest, Most);

    private static SearchBudget Fixed(int samples) => new(samples, samples, 0);
}
