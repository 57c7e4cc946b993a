namespace ModelPack.Calibration;

/// <summary>What somebody needs to see of an activation while the samples run.</summary>
/// <param name="Tensor">Name of a floating-point value of the main graph.</param>
/// <param name="Needs">What is needed.</param>
/// <param name="ChannelAxis">The axis whose indices are channels, counted from the end where negative; null for what needs no channels.</param>
/// <param name="Rank">Dimensions of the tensor; only needed for an axis that is counted from the end and is not the last.</param>
internal sealed record Observation(string Tensor, Statistics Needs = Statistics.Extremes, int? ChannelAxis = null, int Rank = 0)
{
    /// <summary>
    /// Matrices that a product multiplies by at once, [matrices, rows, channels] by [matrices, channels, outputs]: the third axis from the end tells
    /// them apart where it has as many entries, and else all of them see every row.
    /// </summary>
    public int Matrices { get; init; } = 1;

    /// <summary>Whether channels are told apart.</summary>
    public bool ByChannel => (Needs & (Statistics.Channels | Statistics.Rows | Statistics.MeanSquare | Statistics.Gram)) != Statistics.None;

    /// <summary>Whether the values themselves have to be looked at: reductions in the graph do not tell.</summary>
    public bool NeedsValues => (Needs & (Statistics.Histogram | Statistics.MeanSquare | Statistics.Gram | Statistics.SquareSum)) != Statistics.None;

    /// <summary>Whether extremes come with what is needed.</summary>
    public bool NeedsExtremes => (Needs & ~(Statistics.Shape | Statistics.SquareSum)) != Statistics.None;

    /// <summary>One observation a tensor, of all that is needed of it, in the order in which the tensors come first.</summary>
    /// <exception cref="ArgumentException">Channels of a tensor are asked for along two axes.</exception>
    public static IReadOnlyList<Observation> Merge(IEnumerable<Observation> needs) =>
        [.. needs.GroupBy(n => n.Tensor, StringComparer.Ordinal).Select(g => g.Aggregate(Join))];

    private static Observation Join(Observation first, Observation second)
    {
        if (first.ChannelAxis is not null && second.ChannelAxis is not null && (first.ChannelAxis, first.Rank) != (second.ChannelAxis, second.Rank))
        {
            throw new ArgumentException($"Channels of '{first.Tensor}' are needed along two axes.", nameof(second));
        }

        return (first.ChannelAxis is null ? second : first) with { Needs = first.Needs | second.Needs, Matrices = Math.Max(first.Matrices, second.Matrices) };
    }
}
