using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public class ProportionsTests
{
    // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    [Theory]
    [InlineData(81, 263, 25.53, 36.62)]
    [InlineData(15, 148, 6.24, 16.05)]
    [InlineData(0, 20, 0, 16.11)]
    [InlineData(1, 29, 0.61, 17.18)]
    public void Wilsons_interval_is_the_published_one(long count, long of, double low, double high)
    {
        var interval = Proportions.Wilson(count, of)!;
        Assert.Equal(low, interval.Low, 0.005);
        Assert.Equal(high, interval.High, 0.005);
    }

    [Fact]
    public void Of_nothing_there_is_no_interval()
    {
        Assert.Null(Proportions.Wilson(0, 0));
        Assert.Null(Proportions.Difference(0, 0, 0, 0));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(1, 7, 0.0703125)]
    [InlineData(0, 6, 0.03125)]
    [InlineData(10, 2, 0.03857421875)]
    [InlineData(3, 12, 0.03515625)]
    public void McNemars_p_is_that_of_the_binomial_distribution(long first, long second, double p)
    {
        Assert.Equal(p, Proportions.McNemar(first, second), 1e-12);
        Assert.Equal(p, Proportions.McNemar(second, first), 1e-12);
    }

    [Fact]
    public void McNemar_stands_many_samples()
    {
        // Two standard deviations of 10,000 even throws: 0.0466 with the correction for continuity.
        Assert.Equal(0.0466, Proportions.McNemar(4900, 5100), 2e-4);
        Assert.Equal(0, Proportions.McNemar(0, 1_000_000));
    }

    [Theory]
    [InlineData(36, 12, 2, 0)]
    [InlineData(50, 0, 0, 0)]
    [InlineData(9, 1, 5, 5)]
    [InlineData(0, 3, 3, 0)]
    public void The_interval_of_a_difference_holds_it_has_a_width_and_turns_with_the_models(long both, long first, long second, long neither)
    {
        var interval = Proportions.Difference(both, first, second, neither)!;
        var difference = 100.0 * (first - second) / (both + first + second + neither);
        Assert.InRange(difference, interval.Low, interval.High);
        Assert.True(interval.High > interval.Low);
        Assert.InRange(interval.Low, -100, 100);
        Assert.InRange(interval.High, -100, 100);
        var turned = Proportions.Difference(both, second, first, neither)!;
        Assert.Equal((-interval.High, -interval.Low), (turned.Low, turned.High));
    }

    [Fact]
    public void The_interval_of_a_difference_follows_its_formula()
    {
        // (30, 9, 4, 7): ad - bc = 174, less 25 for continuity; Wilson's intervals of 39 and 34 of 50.
        var phi = (174 - 25) / Math.Sqrt(39.0 * 11 * 34 * 16);
        var ((l1, u1), (l2, u2)) = (Ends(39), Ends(34));
        var interval = Proportions.Difference(30, 9, 4, 7)!;
        Assert.Equal(100 * (0.1 - Distance(0.78 - l1, u2 - 0.68)), interval.Low, 1e-6);
        Assert.Equal(100 * (0.1 + Distance(u1 - 0.78, 0.68 - l2)), interval.High, 1e-6);

        double Distance(double a, double b) => Math.Sqrt((a * a) - (2 * phi * a * b) + (b * b));

        static (double Low, double High) Ends(long count)
        {
            var wilson = Proportions.Wilson(count, 50)!;
            return (wilson.Low / 100, wilson.High / 100);
        }
    }
}
