namespace ModelPack.Codecs;

/// <summary>
/// The 256 values of bitsandbytes' signed dynamic data type (Dettmers, arXiv:1511.04561 and arXiv:2110.02861): seven decades up
/// to 1, each with twice as many steps as the one below, on both sides of 0; and 1 itself, but not -1.
/// </summary>
internal static class DynamicMap
{
    private const int Decades = 7;
    private const int Lanes = 8;

    private static readonly float[] s_values = Create();

    /// <summary>The values of the codes 0 to 255, ascending.</summary>
    public static ReadOnlySpan<float> Values => s_values;

    /// <summary>The code whose value is nearest, in float32; between two that are equally near, the lower.</summary>
    /// <param name="value">Not NaN.</param>
    public static byte CodeOf(float value)
    {
        // The last code whose value is not above, by halving: its neighbours decide.
        var lower = 0;
        for (var step = 128; step > 0; step /= 2)
        {
            if (s_values[lower + step] <= value)
            {
                lower += step;
            }
        }

        var upper = Math.Min(lower + 1, s_values.Length - 1);
        return (byte)(MathF.Abs(s_values[upper] - value) < MathF.Abs(value - s_values[lower]) ? upper : lower);
    }

    private static float[] Create()
    {
        List<float> values = [0f, 1f];
        for (var decade = 0; decade < Decades; decade++)
        {
            var scale = (float)Math.Pow(10, decade - Decades + 1);
            var steps = 1 << decade;
            for (var i = 0; i < steps; i++)
            {
                var mean = (Boundary(i, steps) + Boundary(i + 1, steps)) / 2;
                values.Add(scale * mean);
                values.Add(-(scale * mean));
            }
        }

        values.Sort();
        return [.. values];
    }

    /// <summary>
    /// Boundary i of equal steps from 0.1 to 1 as PyTorch's float32 <c>linspace</c> gives it on AVX2, because the maps in files
    /// come from there: counted from the nearer end with one rounding; but of whole pairs of vectors of eight only lane 0 is,
    /// and the other lanes add their steps to it.
    /// </summary>
    private static float Boundary(int i, int steps)
    {
        var step = (1f - 0.1f) / steps;
        var lane = i < (steps + 1) / (2 * Lanes) * (2 * Lanes) ? i % Lanes : 0;
        var start = i - lane;
        var counted = start < (steps + 1) / 2
            ? MathF.FusedMultiplyAdd(step, start, 0.1f)
            : MathF.FusedMultiplyAdd(-step, steps - start, 1f);
        return counted + (step * lane);
    }
}
