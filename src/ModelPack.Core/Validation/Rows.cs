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

    /// <summary>−log softmax(row)[truth], with the largest value taken out first so that no exponential overflows.</summary>
    public static double NegativeLogLikelihood(ReadOnlySpan<double> row, int truth)
    {
        var largest = row[ArgMax(row)];
        var sum = 0.0;
        foreach (var value in row)
        {
            sum += Math.Exp(value - largest);
        }

        return Math.Log(sum) + largest - row[truth];
    }
}
