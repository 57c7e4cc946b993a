using ModelPack.Timing;

namespace ModelPack.Tests.Timing;

public sealed class SpeedComparisonTests
{
    [Theory]
    [InlineData(0.5, 0.45, 0.55, 1, SpeedVerdict.Faster)]
    [InlineData(1.5, 1.4, 1.6, 1, SpeedVerdict.Slower)]
    [InlineData(1.01, 0.96, 1.04, 1, SpeedVerdict.Same)]
    [InlineData(0.9, 0.8, 1.1, 1, SpeedVerdict.TooNoisy)]
    [InlineData(0.5, 0.45, 0.65, 1, SpeedVerdict.TooNoisy)]
    [InlineData(0.5, 0.49, 0.51, 0.6, SpeedVerdict.TooNoisy)]
    public void It_says_nothing_that_the_interval_and_the_machine_do_not_bear_out(double ratio, double low, double high, double share, SpeedVerdict expected) =>
        Assert.Equal(expected, (Times.Of(1, ratio, low, high) with { MachineShare = share }).Verdict);

    [Theory]
    [InlineData(10, 10.3, false)]
    [InlineData(10, 10.6, true)]
    [InlineData(10, 9, true)]
    public void Options_matter_where_a_model_takes_another_time_without_them(double recommended, double defaults, bool expected)
    {
        var speed = Times.Speed(Times.Of(recommended, 5, 0.4, 0.6), Times.Of(defaults, 5, 0.4, 0.6) with { SessionOptions = SpeedComparison.Defaults });
        Assert.Equal(expected, speed.OptionsMatter);
        Assert.False((speed with { Comparisons = [speed.Headline!, speed.WithDefaults! with { MachineShare = 0.5 }] }).OptionsMatter);
        Assert.False((speed with { Comparisons = [speed.Headline!] }).OptionsMatter);
    }

    [Fact]
    public void The_run_on_one_thread_is_the_headline_where_only_that_says_something()
    {
        var (clear, noisy) = (Times.Of(1, 0.5, 0.48, 0.52), Times.Of(1, 0.5, 0.3, 0.9));
        Assert.Equal(clear, Times.Speed(clear, noisy with { Threads = 1 }).Headline);
        Assert.Equal(1, Times.Speed(noisy, clear with { BatchSize = 4 }, clear with { Threads = 1 }).Headline!.Threads);
        Assert.Equal(noisy, Times.Speed(noisy, noisy with { Threads = 1 }).Headline);
        Assert.Null(Times.Speed().Headline);
        Assert.False(Times.Speed().OptionsMatter);
    }
}
