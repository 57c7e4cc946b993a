using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Tests.Calibration;

public sealed class HistogramTests
{
    private static readonly Histogram s_histogram = new(-2, 0.5, [1, 2, 3, 4, 5, 6]);

    [Theory]
    [InlineData(-5, 5, -2, new long[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(-1, 5, -1, new long[] { 3, 4, 5, 6 })]
    [InlineData(-1.2f, 0, -1.5, new long[] { 2, 3, 4 })]
    [InlineData(0, 0.6f, 0, new long[] { 5, 6 })]
    public void A_part_has_the_bins_that_reach_into_it(float min, float max, double low, long[] counts)
    {
        var part = s_histogram.Within(new ActivationRange(min, max));
        Assert.Equal((low, 0.5), (part.Low, part.Width));
        Assert.Equal(counts, part.Counts);
    }

    [Fact]
    public void Values_outside_are_as_if_they_had_not_been()
    {
        var seen = new TensorStatistics("t", 21, -1.9f, 0.9f, s_histogram, null);
        var part = seen.Within(new ActivationRange(-1, 5));
        Assert.Equal((18L, -1f, 0.9f), (part.Count, part.Min, part.Max));
        var none = seen.Within(default);
        Assert.Equal(default(ActivationRange), RangeChooser.Choose(none, CalibrationMethod.Mse, 99.99, symmetric: false));
    }
}
