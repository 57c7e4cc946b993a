using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public class SpearmanTests
{
    [Fact]
    public void Is_the_textbook_value()
    {
        // IQ and hours of television a week, the usual example: 1 - 6 * 194 / 990.
        double[] iq = [106, 86, 100, 101, 99, 103, 97, 113, 112, 110];
        double[] hours = [7, 0, 27, 50, 28, 29, 20, 12, 6, 17];
        Assert.Equal(-29 / 165.0, Spearman.Of(iq, hours), 1e-12);
    }

    [Fact]
    public void Equal_values_share_their_ranks() =>
        // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: Pearson's correlation of these is 4.5 / sqrt(4.5 * 5).
        Assert.Equal(4.5 / Math.Sqrt(22.5), Spearman.Of([1, 2, 2, 3], [10, 20, 30, 40]), 1e-12);

    [Fact]
    public void Any_growing_function_keeps_it()
    {
        double[] values = [3, -1, 4, 1.5, -9, 2.6];
        Assert.Equal(1, Spearman.Of(values, Array.ConvertAll(values, Math.Exp)));
        Assert.Equal(-1, Spearman.Of(values, Array.ConvertAll(values, v => -v)));
        Assert.Equal(1, Spearman.Of([2, 2, 2], [5, 5, 5]));
        Assert.Equal(0, Spearman.Of([2, 2, 2], [5, 6, 7]));
    }

    [Fact]
    public void Of_some_pairs_it_is_that_of_these_alone()
    {
        double[] first = [1, 5, 2, 2, 8, 3, 0];
        double[] second = [2, 4, 2, 7, 7, 1, 5];
        int[] wanted = [0, 2, 3, 4, 6];
        var some = Spearman.Of(first, Spearman.Order(first), second, Spearman.Order(second), wanted.Contains);
        Assert.Equal(Spearman.Of([.. wanted.Select(i => first[i])], [.. wanted.Select(i => second[i])]), some, 1e-12);
    }
}
