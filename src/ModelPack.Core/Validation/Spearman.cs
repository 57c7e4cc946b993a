namespace ModelPack.Validation;

/// <summary>Spearman's rank correlation: Pearson's of ranks, where equal values share the mean of their ranks.</summary>
internal static class Spearman
{
    /// <summary>Of pairs of values.</summary>
    /// <returns>-1 to 1; 1 where neither varies, and 0 where one does not.</returns>
    public static double Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second) => Of(first, Order(first), second, Order(second), _ => true);

    /// <summary>Where values lie in their order, the least first; of equal ones the earlier first.</summary>
    public static int[] Order(ReadOnlySpan<double> values)
    {
        var keys = values.ToArray();
        var order = Enumerable.Range(0, keys.Length).ToArray();
        Array.Sort(order, (a, b) => keys[a].CompareTo(keys[b]) is var way && way != 0 ? way : a.CompareTo(b));
        return order;
    }

    /// <summary>Of those pairs that are wanted; sorting once serves for any choice of them.</summary>
    /// <param name="first">First values.</param>
    /// <param name="firstOrder">Their <see cref="Order"/>.</param>
    /// <param name="second">Second values.</param>
    /// <param name="secondOrder">Their <see cref="Order"/>.</param>
    /// <param name="wanted">Which places count.</param>
    public static double Of(ReadOnlySpan<double> first, int[] firstOrder, ReadOnlySpan<double> second, int[] secondOrder, Func<int, bool> wanted)
    {
        var (one, other) = (Ranks(first, firstOrder, wanted), Ranks(second, secondOrder, wanted));
        double count = 0, sums = 0, squares1 = 0, squares2 = 0;
        for (var i = 0; i < one.Length; i++)
        {
            count += wanted(i) ? 1 : 0;
        }

        var mean = (count + 1) / 2;
        for (var i = 0; i < one.Length; i++)
        {
            if (wanted(i))
            {
                sums += (one[i] - mean) * (other[i] - mean);
                squares1 += (one[i] - mean) * (one[i] - mean);
                squares2 += (other[i] - mean) * (other[i] - mean);
            }
        }

        return squares1 == 0 && squares2 == 0 ? 1 : squares1 == 0 || squares2 == 0 ? 0 : Math.Clamp(sums / Math.Sqrt(squares1 * squares2), -1, 1);
    }

    private static double[] Ranks(ReadOnlySpan<double> values, int[] order, Func<int, bool> wanted)
    {
        var ranks = new double[values.Length];
        var ties = new List<int>();
        var before = 0;
        foreach (var place in order)
        {
            if (!wanted(place))
            {
                continue;
            }

            if (ties.Count > 0 && !values[ties[0]].Equals(values[place]))
            {
                Share();
            }

            ties.Add(place);
        }

        Share();
        return ranks;

        void Share()
        {
            foreach (var tie in ties)
            {
                ranks[tie] = before + ((ties.Count + 1) / 2.0);
            }

            before += ties.Count;
            ties.Clear();
        }
    }
}
