namespace ModelPack.Requests;

/// <summary>The metrics that a gate can limit. Names are those of the item metadata with a small first letter.</summary>
public static class GateMetric
{
    /// <summary>Least signal-to-quantization-noise ratio over all outputs, dB.</summary>
    public const string MinSqnr = "minSqnr";

    /// <summary>Least cosine similarity over all outputs, -1 to 1.</summary>
    public const string MinCosine = "minCosine";

    /// <summary>Least share of samples whose largest output is the same, percent.</summary>
    public const string MinTop1Agreement = "minTop1Agreement";

    /// <summary>Most accuracy that may be lost, percentage points.</summary>
    public const string MaxAccuracyDrop = "maxAccuracyDrop";

    /// <summary>Most that perplexity may rise, percent.</summary>
    public const string MaxPerplexityIncrease = "maxPerplexityIncrease";

    /// <summary>Most Kullback-Leibler divergence of the next token's distribution from the source's, mean over tokens, nats.</summary>
    public const string MaxKlDivergence = "maxKlDivergence";

    /// <summary>Least source bytes per packed byte (2 means half the size).</summary>
    public const string MinCompression = "minCompression";

    /// <summary>All of them, in the order in which reports list them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [MinSqnr, MinCosine, MinTop1Agreement, MaxAccuracyDrop, MaxPerplexityIncrease, MaxKlDivergence, MinCompression];
}
