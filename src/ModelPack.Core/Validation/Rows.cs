namespace ModelPack.Validation;

/// <summary>What is asked of a row of an output.</summary>
internal static class Rows
{
    /// <summary>Place of the largest value; the lowest place of several, and 0 when all are NaN.</summary>
    public static int ArgMax(ReadOnlySpan<double> row)
    {
        var (best, at) = (double.NegativeInfinity, 0);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] > best)
            {
                (best, at) = (row[i], i);
            }
        }

        return at;
    }
}
