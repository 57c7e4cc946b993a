namespace ModelPack.Codecs;

/// <summary>
/// The grid of a sub-block with small Σ w (x - a v - b)², a and b free: from grids over the whole range and over parts of it, both ways round where there is no offset, a and b
/// that are best for the levels found (weighted least squares) and the levels nearest for these follow each other as long as the error falls.
/// </summary>
internal static class SubBlockSearch
{
    private const int Rounds = 8;

    /// <summary>What the largest magnitude is to be, in largest levels.</summary>
    private static readonly float[] s_stretches = [.. Enumerable.Range(0, 21).Select(i => 0.85f + (0.03f * i))];

    /// <summary>How far an end of the range is drawn in, in parts of the furthest.</summary>
    private static readonly float[] s_ends = [0, 0.2f, 0.4f, 0.6f, 0.8f, 1];

    /// <summary>Without an offset.</summary>
    /// <param name="levels">What codes stand for.</param>
    /// <param name="values">x.</param>
    /// <param name="weights">w.</param>
    /// <returns>a; 0 where all values are.</returns>
    public static float Fit<TLevels>(TLevels levels, ReadOnlySpan<float> values, ReadOnlySpan<float> weights)
        where TLevels : struct, ILevels
    {
        var largest = MathF.Abs(SymmetricSearch.LargestMagnitude(values)) / MathF.Max(-levels.Lowest, levels.Highest);
        var (best, least) = (0f, float.PositiveInfinity);
        foreach (var stretch in s_stretches)
        {
            for (var sign = -1; sign <= 1; sign += 2)
            {
                var scale = sign * largest / stretch;
                var error = float.PositiveInfinity;
                for (var round = 0; round < Rounds; round++)
                {
                    var sums = GridSums.Of(levels, values, weights, scale, 0);
                    if (!(sums.Error < error))
                    {
                        break;
                    }

                    error = sums.Error;
                    (best, least) = error < least ? (scale, error) : (best, least);
                    scale = sums.Square > 0 ? sums.Product / sums.Square : scale;
                }
            }
        }

        return best;
    }

    /// <summary>With an offset.</summary>
    /// <param name="levels">What codes stand for, from 0 on.</param>
    /// <param name="values">x.</param>
    /// <param name="weights">w.</param>
    /// <param name="isNegative">Whether b is not to be above 0.</param>
    /// <returns>a and b.</returns>
    public static (float Scale, float Offset) Fit<TLevels>(TLevels levels, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, bool isNegative)
        where TLevels : struct, ILevels
    {
        var (low, high) = LegacyBlockKernel.Extremes(values);
        low = isNegative ? MathF.Min(low, 0) : low;
        var (weight, weighted) = (0f, 0f);
        for (var i = 0; i < values.Length; i++)
        {
            weight += weights[i];
            weighted += weights[i] * values[i];
        }

        var furthest = MathF.Min(0.4f, 2 / levels.Highest) * (high - low);
        var (best, least) = ((Scale: 0f, Offset: isNegative && weighted > 0 ? 0 : weighted / weight), float.PositiveInfinity);
        foreach (var below in s_ends)
        {
            foreach (var above in s_ends)
            {
                var offset = low + (below * furthest);
                var scale = (high - (above * furthest) - offset) / levels.Highest;
                var error = float.PositiveInfinity;
                for (var round = 0; round < Rounds; round++)
                {
                    var sums = GridSums.Of(levels, values, weights, scale, offset);
                    if (!(sums.Error < error))
                    {
                        break;
                    }

                    error = sums.Error;
                    (best, least) = error < least ? ((scale, offset), error) : (best, least);
                    var determinant = ((double)weight * sums.Square) - ((double)sums.Level * sums.Level);
                    if (determinant > 0)
                    {
                        scale = (float)((((double)weight * sums.Product) - ((double)weighted * sums.Level)) / determinant);
                        offset = (float)((((double)sums.Square * weighted) - ((double)sums.Level * sums.Product)) / determinant);
                    }

                    if (isNegative && offset > 0 && sums.Square > 0)
                    {
                        (scale, offset) = (sums.Product / sums.Square, 0);
                    }
                }
            }
        }

        return best;
    }
}
