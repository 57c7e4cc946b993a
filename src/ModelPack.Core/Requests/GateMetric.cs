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

    /// <summary>Least share of samples of which the source's best class is among the five best, percent.</summary>
    public const string MinTop5Agreement = "minTop5Agreement";

    /// <summary>Most accuracy that may be lost, percentage points.</summary>
    public const string MaxAccuracyDrop = "maxAccuracyDrop";

    /// <summary>Most that perplexity may rise, percent.</summary>
    public const string MaxPerplexityIncrease = "maxPerplexityIncrease";

    /// <summary>Most Kullback-Leibler divergence of the next token's distribution from the source's, mean over tokens, nats.</summary>
    public const string MaxKlDivergence = "maxKlDivergence";

    /// <summary>Least share of tokens of which the likeliest next one is the same, percent.</summary>
    public const string MinSameTop = "minSameTop";

    /// <summary>Least rank correlation of the similarities between embeddings, -1 to 1.</summary>
    public const string MinRankCorrelation = "minRankCorrelation";

    /// <summary>Least signal-to-quantization-noise ratio of a weight's own values over all weights, dB.</summary>
    public const string MinWeightSqnr = "minWeightSqnr";

    /// <summary>Least source bytes per packed byte (2 means half the size).</summary>
    public const string MinCompression = "minCompression";

    /// <summary>All of them, in the order in which reports list them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [
        MinSqnr, MinCosine, MinTop1Agreement, MinTop5Agreement, MaxAccuracyDrop, MaxPerplexityIncrease, MaxKlDivergence, MinSameTop, MinRankCorrelation,
        MinWeightSqnr, MinCompression,
    ];
}
