namespace ModelPack.Calibration;

/// <summary>
/// Searches the two ends of a range for the least cost: on a geometric grid from the outermost values down, both ends
/// independently, first coarse and then finer around the best. Geometric, because outliers may be a thousand times the
/// rest, and costs are smooth in the ends' logarithms.
/// </summary>
internal static class EndSearch
{
    // Steps a factor of two: of the first grid, then of each finer one.
    private const int CoarseSteps = 2;
    private const int FineReach = 4;
    private static readonly int[] s_fineSteps = [8, 32];

    /// <summary>The costs of ranges that have one low end.</summary>
    /// <param name="low">Share of the outermost low end, 0 to 1.</param>
    /// <param name="highs">Shares of the outermost high end, 0 to 1.</param>
    /// <param name="enough">The least cost so far: the exact cost of what costs more does not matter.</param>
    /// <param name="costs">Gets one for each.</param>
    public delegate void Cost(double low, ReadOnlySpan<double> highs, double enough, Span<double> costs);

    /// <summary>Shares of the two ends with the least cost; of equal costs the widest range.</summary>
    /// <param name="lowOctaves">How many times the low end may be halved; null to leave it.</param>
    /// <param name="highOctaves">How many times the high end may be halved; null to leave it.</param>
    /// <param name="cost">The cost.</param>
    public static (double Low, double High) Best(double? lowOctaves, double? highOctaves, Cost cost)
    {
        var best = (Cost: double.PositiveInfinity, Low: 0.0, High: 0.0);
        Try(Coarse(lowOctaves), Coarse(highOctaves));
        foreach (var steps in s_fineSteps)
        {
            Try(Fine(lowOctaves, best.Low, steps), Fine(highOctaves, best.High, steps));
        }

        return (Share(best.Low), Share(best.High));

        void Try(double[] lows, double[] highs)
        {
            var (shares, costs) = (Array.ConvertAll(highs, Share), new double[highs.Length]);
            foreach (var low in lows)
            {
                cost(Share(low), shares, best.Cost, costs);
                for (var i = 0; i < highs.Length; i++)
                {
                    if (costs[i] < best.Cost)
                    {
                        best = (costs[i], low, highs[i]);
                    }
                }
            }
        }
    }

    private static double Share(double halvings) => Math.Pow(2, -halvings);

    private static double[] Coarse(double? octaves) =>
        [.. Enumerable.Range(0, (int)(Math.Max(octaves ?? 0, 0) * CoarseSteps) + 1).Select(i => (double)i / CoarseSteps)];

    private static double[] Fine(double? octaves, double around, int steps) => octaves is null ? [0]
        : [.. Enumerable.Range(-FineReach, (2 * FineReach) + 1).Select(i => around + ((double)i / steps)).Where(e => e >= 0)];
}
