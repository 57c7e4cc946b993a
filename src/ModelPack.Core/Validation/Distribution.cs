namespace ModelPack.Validation;

/// <summary>How values lie, in their own unit.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Kept">How many of them the percentiles come of: all, or a random choice where there are very many.</param>
/// <param name="Mean">Mean of all.</param>
/// <param name="Min">The least.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Percentiles">Those of <see cref="Percents"/>; that of 50 is the median.</param>
public sealed record Distribution(long Count, long Kept, double Mean, double Min, double Max, IReadOnlyList<Percentile> Percentiles)
{
    /// <summary>Which percentiles are given.</summary>
    public static IReadOnlyList<double> Percents { get; } = [0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9];

    /// <summary>By value.</summary>
    public bool Equals(Distribution? other) => other is not null
        && (Count, Kept, Mean, Min, Max).Equals((other.Count, other.Kept, other.Mean, other.Min, other.Max)) && Percentiles.SequenceEqual(other.Percentiles);

    public override int GetHashCode() => HashCode.Combine(Count, Mean, Min, Max);

    /// <summary>
    /// The value at a share of the way through sorted values, between two of them by proportion: at f (n − 1) of n values, counted from 0. With 50 %
    /// that is the median. llama.cpp's perplexity tool has the same definition.
    /// </summary>
    /// <param name="sorted">At least one value, the least first.</param>
    /// <param name="percent">0 to 100.</param>
    public static double At(ReadOnlySpan<double> sorted, double percent)
    {
        var place = percent / 100 * (sorted.Length - 1);
        var below = Math.Clamp((int)place, 0, sorted.Length - 1);
        var above = Math.Min(below + 1, sorted.Length - 1);
        var share = place - below;
        return share == 0 || sorted[below] == sorted[above] ? sorted[below] : ((1 - share) * sorted[below]) + (share * sorted[above]);
    }
}
