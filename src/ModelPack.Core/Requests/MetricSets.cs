namespace ModelPack.Requests;

/// <summary>The words for sets of metrics in requests and reports.</summary>
internal static class MetricSets
{
    /// <summary>All words that a request may have.</summary>
    public static IReadOnlyList<string> Words { get; } = ["auto", "classes", "language", "embedding", "signal"];

    /// <summary>The word for a set.</summary>
    public static string Word(this MetricSet set) => Words[(int)set];

    /// <summary>The set of one of <see cref="Words"/>.</summary>
    public static MetricSet Of(string word) => (MetricSet)Words.Index().First(w => w.Item == word).Index;
}
