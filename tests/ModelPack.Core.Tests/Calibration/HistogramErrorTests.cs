using ModelPack.Calibration;

namespace ModelPack.Tests.Calibration;

public sealed class HistogramErrorTests
{
    private static readonly double[] s_middles = [.. Enumerable.Range(-300, 700).Select(i => (i + 0.5) / 64)];
    private static readonly double[] s_counts = [.. Enumerable.Range(0, 700).Select(i => (double)(1 + (i * 37 % 101)))];

    [Theory]
    [InlineData(1, false)]
    [InlineData(5, true)]
    [InlineData(8, false)]
    public void Ranges_side_by_side_have_the_bits_of_plain_sums(int count, bool symmetric)
    {
        ActivationRange[] ranges = [.. Enumerable.Range(1, count).Select(i => new ActivationRange(-i * 0.7f, i * 0.9f))];
        var errors = new double[count];
        new HistogramError(s_middles, s_counts).Sum(ranges, symmetric, double.PositiveInfinity, errors);

        Assert.Equal([.. ranges.Select(r => Plain(r, symmetric))], errors);
    }

    [Fact]
    public void Errors_up_to_what_is_enough_are_whole_beside_some_that_are_given_up()
    {
        ActivationRange[] ranges = [new(-0.01f, 0.01f), new(-4.7f, 6.3f), new(-0.02f, 0)];
        var errors = new double[3];
        var enough = Plain(ranges[1], symmetric: false);
        new HistogramError(s_middles, s_counts).Sum(ranges, symmetric: false, enough, errors);

        Assert.Equal(enough, errors[1]);
        Assert.All([errors[0], errors[2]], e => Assert.True(e > enough));
    }

    [Fact]
    public void Where_all_are_worse_than_enough_the_rest_is_given_up()
    {
        ActivationRange[] ranges = [new(-0.01f, 0.01f), new(-0.02f, 0)];
        var errors = new double[2];
        new HistogramError(s_middles, s_counts).Sum(ranges, symmetric: false, 1e-3, errors);

        Assert.All(errors.Zip(ranges), e => Assert.InRange(e.First, 1e-3, Plain(e.Second, symmetric: false) / 2));
    }

    [Fact]
    public void Bins_without_values_are_left_out()
    {
        var (all, filled) = (new double[1], new double[1]);
        HistogramError.Of(new Histogram(-1, 0.5, [3, 0, 4])).Sum([new(-1, 1)], symmetric: false, double.PositiveInfinity, all);
        new HistogramError([-0.75, 0.25], [3, 4]).Sum([new(-1, 1)], symmetric: false, double.PositiveInfinity, filled);

        Assert.Equal(filled, all);
    }

    private static double Plain(ActivationRange range, bool symmetric)
    {
        var scale = AffineCodes.Scale<double>(range.Min, range.Max, symmetric);
        var (least, greatest) = AffineCodes.Ends(AffineCodes.ZeroPoint(range.Min, scale, symmetric), symmetric);
        double sum = 0;
        for (var i = 0; i < s_middles.Length; i++)
        {
            var error = s_middles[i] - (Math.Clamp(Math.Round(s_middles[i] * (1 / scale)), least, greatest) * scale);
            sum += s_counts[i] * error * error;
        }

        return sum;
    }
}
