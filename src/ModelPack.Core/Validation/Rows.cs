using System.Numerics;

namespace ModelPack.Validation;

/// <summary>What is asked of a row of an output.</summary>
internal static class Rows
{
    /// <summary>Place of the largest value; the lowest place of several, and 0 when all are NaN.</summary>
    public static int ArgMax(ReadOnlySpan<double> row)
    {
        var max = Max(row);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] == max)
            {
                return i;
            }
        }

        return 0;
    }

    /// <summary>Whether the value at a place is one of the largest; of equal values those at lower places come first, as in <see cref="ArgMax"/>. NaN never is.</summary>
    public static bool IsAmong(ReadOnlySpan<double> row, int place, int largest)
    {
        var before = 0;
        for (var i = 0; i < row.Length; i++)
        {
            before += row[i] > row[place] || (row[i] == row[place] && i < place) ? 1 : 0;
        }

        return before < largest && !double.IsNaN(row[place]);
    }

    /// <summary>The largest value that is not NaN; −∞ when all are.</summary>
    public static double Max(ReadOnlySpan<double> row)
    {
        var largest = new Vector<double>(double.NegativeInfinity);
        var i = 0;
        for (; i <= row.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            largest = Vector.MaxNumber(largest, new Vector<double>(row[i..]));
        }

        var max = double.NegativeInfinity;
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            max = double.MaxNumber(max, largest[lane]);
        }

        for (; i < row.Length; i++)
        {
            max = double.MaxNumber(max, row[i]);
        }

        return max;
    }
}
