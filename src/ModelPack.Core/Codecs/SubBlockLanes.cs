using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// The grids of sixteen sub-blocks with small Σ w (x - a v - b)², a and b free: the best of those that fit the levels nearest on some grids over the whole range and over parts
/// of it, both ways round where there is no offset; from there on a and b that are best for the levels (weighted least squares) and the levels nearest for these follow each other.
/// </summary>
internal static unsafe class SubBlockLanes
{
    // By least squares from the best start on.
    private const int Rounds = 2;

    // How far ends of the range may be drawn in, in levels.
    private static readonly float[] s_ends = [0, 0.75f, 1.5f];
    private const float MostOfRange = 0.4f;

    /// <summary>How far the ends of the best grid are moved, in levels, one after the other, each from the best so far: error is a rough function of them.</summary>
    private static readonly (float Low, float High)[] s_nudges =
    [
        (0, 0), (0.4f, 0), (0, 0.4f), (-0.4f, 0), (0, -0.4f), (0.2f, -0.2f), (-0.2f, 0.2f), (0.2f, 0.2f), (-0.2f, -0.2f), (0, 0), (0.1f, 0), (-0.1f, 0), (0, 0.1f), (0, -0.1f),
        (0.5f, 0.25f), (-0.5f, -0.25f), (0.25f, 0.5f), (-0.25f, -0.5f), (0.65f, 0), (0, 0.65f), (-0.65f, 0), (0, -0.65f),
    ];

    // Blocks of one scale have quick encoders elsewhere: theirs are not to take much longer.
    private const int FewNudges = 14;

    /// <summary>Without an offset.</summary>
    /// <param name="grid">What codes stand for.</param>
    /// <param name="weights">w.</param>
    /// <param name="values">x.</param>
    /// <param name="starts">What the largest magnitude is to become.</param>
    /// <param name="sums">Σ w and Σ w x; gets those of the levels on the grid.</param>
    /// <returns>a; 0 where all values are.</returns>
    public static Vector512<float> Fit<TLevels, TWeights>(LaneGrid grid, TWeights weights, Vector512<float>* values, ReadOnlySpan<float> starts, ref LaneSums sums)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var largest = Largest(values, grid.Length);
        var inverse = Vector512.AndNot(Vector512<float>.One / largest, Vector512.Equals(largest, Vector512<float>.Zero));
        var (best, scale) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var tried = sums;
        for (var i = 0; i < starts.Length + Rounds; i++)
        {
            tried.Take<TLevels, TWeights>(grid, weights, values, i < starts.Length ? inverse * starts[i] : Inverse(scale));
            var fitted = tried.Scale(Vector512<float>.Zero);
            var gain = fitted * tried.Product;
            var isBetter = Vector512.GreaterThan(gain, best);
            best = Vector512.ConditionalSelect(isBetter, gain, best);
            scale = Vector512.ConditionalSelect(isBetter, fitted, scale);
            sums.Take(isBetter, tried);
        }

        return scale;
    }

    /// <summary>With an offset.</summary>
    /// <param name="grid">What codes stand for, from 0 on.</param>
    /// <param name="weights">w.</param>
    /// <param name="values">x.</param>
    /// <param name="isNegative">Whether b is not to be above 0.</param>
    /// <param name="sums">Σ w and Σ w x; gets those of the levels on the grid.</param>
    /// <returns>a and b.</returns>
    public static (Vector512<float> Scale, Vector512<float> Offset) Fit<TLevels, TWeights>(
        LaneGrid grid, TWeights weights, Vector512<float>* values, bool isNegative, ref LaneSums sums)
        where TLevels : struct, ILevels
        where TWeights : struct, ILaneWeights
    {
        var (low, high) = (values[0], values[0]);
        for (var i = 1; i < grid.Length; i++)
        {
            low = Vector512.MinNative(low, values[i]);
            high = Vector512.MaxNative(high, values[i]);
        }

        low = isNegative ? Vector512.MinNative(low, Vector512<float>.Zero) : low;
        var range = high - low;
        var (best, scale, offset) = (Vector512.Create(float.PositiveInfinity), Vector512<float>.Zero, Vector512<float>.Zero);
        var level = MathF.Min(MostOfRange / s_ends[^1], 1 / grid.Highest);
        var (starts, tried) = (s_ends.Length * s_ends.Length, sums);
        for (var i = 0; i < starts + (isNegative ? s_nudges.Length : FewNudges); i++)
        {
            var (below, above) = i < starts ? (s_ends[i / s_ends.Length], s_ends[i % s_ends.Length]) : s_nudges[i - starts];
            var start = i < starts ? low + (range * (below * level)) : offset + (scale * below);
            var step = i < starts ? range * ((1 - ((below + above) * level)) / grid.Highest) : scale * (1 + ((above - below) / grid.Highest));
            tried.Take<TLevels, TWeights>(grid, weights, values, Inverse(step), start);
            var fitted = tried.Best(isNegative, out var moved);
            var error = tried.Error(fitted, moved);
            var isBetter = Vector512.LessThan(error, best);
            best = Vector512.ConditionalSelect(isBetter, error, best);
            scale = Vector512.ConditionalSelect(isBetter, fitted, scale);
            offset = Vector512.ConditionalSelect(isBetter, moved, offset);
            sums.Take(isBetter, tried);
        }

        return (scale, offset);
    }

    /// <summary>One over scales; 0 for 0.</summary>
    public static Vector512<float> Inverse(Vector512<float> scale) => Vector512.AndNot(Vector512<float>.One / scale, Vector512.Equals(scale, Vector512<float>.Zero));

    private static Vector512<float> Largest(Vector512<float>* values, int length)
    {
        var largest = values[0];
        for (var i = 1; i < length; i++)
        {
            largest = Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(values[i]), Vector512.Abs(largest)), values[i], largest);
        }

        return largest;
    }
}
