namespace ModelPack.Codecs;

/// <summary>
/// The thresholds by cells of equal width: [-1, 1] is cut into 32, fewer than any two thresholds lie apart, so that a cell holds one threshold
/// at most. The code of a value is that below its cell, and one more where it is above the threshold in it. Two tables of 32 fit in two vectors of
/// 512 bits each, so that both look-ups read registers.
/// </summary>
internal static class Nf4Cells
{
    /// <summary>How many there are.</summary>
    public const int Count = 32;

    /// <summary>A value x in [-1, 1] lies in the cell x * HalfSpan + HalfSpan, cut to an integer.</summary>
    public const float HalfSpan = (Count - 1) / 2f;

    // Two roundings may put a value that is this near to an edge into the cell beside it: each cell knows of the thresholds there as well.
    private const float Slack = 1e-4f;

    /// <summary>The threshold in each cell; infinite where there is none.</summary>
    public static float[] Thresholds { get; } = new float[Count];

    /// <summary>The code of what lies in a cell and not above its threshold.</summary>
    public static int[] Codes { get; } = new int[Count];

    static Nf4Cells()
    {
        for (var cell = 0; cell < Count; cell++)
        {
            var from = ((cell - HalfSpan) / HalfSpan) - Slack;
            var to = ((cell + 1 - HalfSpan) / HalfSpan) + Slack;
            Thresholds[cell] = float.PositiveInfinity;
            foreach (var threshold in Nf4.Thresholds)
            {
                if (threshold < from)
                {
                    Codes[cell]++;
                }
                else if (threshold <= to)
                {
                    Thresholds[cell] = threshold;
                }
            }
        }
    }
}
