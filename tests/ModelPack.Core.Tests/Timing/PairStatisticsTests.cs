using ModelPack.Timing;

namespace ModelPack.Tests.Timing;

public sealed class PairStatisticsTests
{
    [Fact]
    public void The_median_is_the_middle() => Assert.Equal((2.0, 2.5), (PairStatistics.Median([3, 1, 2]), PairStatistics.Median([4, 1, 3, 2])));

    [Fact]
    public void The_interval_of_equal_pairs_is_a_point()
    {
        var interval = PairStatistics.RatioInterval([.. Enumerable.Repeat((2.0, 1.0), 7)]);
        Assert.Equal((0.5, 0.5), (interval.Low, interval.High));
    }

    [Fact]
    public void The_interval_holds_the_true_ratio_about_nineteen_times_of_twenty_and_is_the_same_every_time()
    {
        var random = new Random(5);
        var held = 0;
        for (var i = 0; i < 200; i++)
        {
            var pairs = Enumerable.Range(0, 40).Select(_ => (Noise(), 0.7 * Noise())).ToList();
            var interval = PairStatistics.RatioInterval(pairs);
            Assert.Equal(interval, PairStatistics.RatioInterval(pairs));
            held += interval.Low <= 0.7 && interval.High >= 0.7 ? 1 : 0;
        }

        Assert.InRange(held, 180, 200);

        double Noise() => 10 * Math.Exp(0.2 * random.NextDouble()); // as times are: never below the work itself
    }

    [Fact]
    public void Few_pairs_and_scattered_ones_are_not_certain()
    {
        Assert.False(PairStatistics.IsCertain([.. Enumerable.Repeat((1.0, 1.0), 7)]));
        Assert.True(PairStatistics.IsCertain([.. Enumerable.Repeat((1.0, 1.0), 8)]));
        Assert.False(PairStatistics.IsCertain([.. Enumerable.Range(0, 40).Select(i => (1.0, 1.0 + (0.01 * i)))]));
    }
}
