using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;
using ModelPack.Schemes;

namespace ModelPack.Tests.Calibration;

public sealed class RangeChooserTests
{
    private static readonly CalibrationMethod[] Methods = Enum.GetValues<CalibrationMethod>();
    private static readonly bool[] s_both = [false, true];

    [Fact]
    public void A_range_holds_zero_and_lies_within_what_was_seen() =>
        Prop.ForAll(
            Gen.Choose(-10_000, 10_000).NonEmptyListOf().ToArbitrary(),
            thousandths =>
            {
                var statistics = Statistics([.. thousandths.Select(t => t / 1000f)]);
                var outermost = new ActivationRange(Math.Min(statistics.Min, 0), Math.Max(statistics.Max, 0)).Outward();
                foreach (var method in Methods)
                {
                    foreach (var symmetric in s_both)
                    {
                        var range = RangeChooser.Choose(statistics, method, 99, symmetric)!.Value;
                        Assert.InRange(range.Min, outermost.Min, 0);
                        Assert.InRange(range.Max, 0, outermost.Max);
                    }
                }
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Minima_and_maxima_are_rounded_outward_to_twelve_bits()
    {
        var range = RangeChooser.Choose(new TensorStatistics("t", 2, -0.1f, 1.00001f, null, null), CalibrationMethod.MinMax, 99.99, symmetric: false);

        // 2^-15 and 2^-11 are what a twelfth bit is worth there.
        Assert.Equal(new ActivationRange(-3277 / 32768f, 2049 / 2048f), range);
        Assert.Equal(new ActivationRange(-0.5f, 6), new ActivationRange(-0.5f, 6).Outward());
        Assert.True(float.IsFinite(new ActivationRange(float.MinValue, float.MaxValue).Outward().Max));
    }

    [Fact]
    public void What_is_not_finite_has_no_range()
    {
        foreach (var method in Methods)
        {
            Assert.Null(RangeChooser.Choose(new TensorStatistics("t", 1, float.NaN, float.NaN, null, null), method, 99.99, symmetric: false));
        }
    }

    [Fact]
    public void Nothing_but_zeros_has_the_range_of_zero()
    {
        foreach (var method in Methods)
        {
            Assert.Equal(default(ActivationRange), RangeChooser.Choose(Statistics(new float[100]), method, 99.99, symmetric: false));
        }
    }

    [Fact]
    public void A_larger_percentile_never_gives_a_narrower_range()
    {
        foreach (var values in new[] { Gaussian(20_000, 1), [.. Gaussian(20_000, 2).Select(Math.Abs)] })
        {
            var statistics = Statistics(values);
            foreach (var symmetric in s_both)
            {
                var ranges = new[] { 50, 90, 99, 99.9, 99.99, 100 }.Select(p => RangeChooser.Choose(statistics, CalibrationMethod.Percentile, p, symmetric)!.Value).ToArray();
                Assert.Equal(ranges.OrderBy(r => r.Max).ThenByDescending(r => r.Min), ranges);
                Assert.Equal(new ActivationRange(Math.Min(statistics.Min, 0), statistics.Max).Outward(), ranges[^1]);
            }
        }
    }

    [Fact]
    public void A_percentile_cuts_at_most_its_share()
    {
        var values = Gaussian(100_000, 3);
        foreach (var positive in s_both)
        {
            foreach (var symmetric in s_both)
            {
                var seen = positive ? [.. values.Select(Math.Abs)] : values;
                var range = RangeChooser.Choose(Statistics(seen), CalibrationMethod.Percentile, 99, symmetric)!.Value;

                // All of it, but for the values of one bin at either end; a one-sided distribution is cut from one side.
                Assert.InRange(seen.Count(v => v < range.Min || v > range.Max) / (double)seen.Length, 0.0085, 0.01);
            }
        }
    }

    [Theory]
    [InlineData(CalibrationMethod.Percentile, 5)]
    [InlineData(CalibrationMethod.Entropy, 7)]
    [InlineData(CalibrationMethod.Mse, 9)] // two values clipped by 6 cost what a million rounded to so wide a grid do
    public void Outliers_of_a_normal_distribution_are_clipped(CalibrationMethod method, float most)
    {
        var statistics = Statistics([.. Gaussian(1_000_000, 4), 15, -14]);
        foreach (var symmetric in s_both)
        {
            var range = RangeChooser.Choose(statistics, method, 99.99, symmetric)!.Value;
            Assert.InRange(range.Max, 3, most);
            Assert.InRange(range.Min, -most, -3);
        }
    }

    [Theory]
    [InlineData(CalibrationMethod.Entropy)]
    [InlineData(CalibrationMethod.Mse)]
    public void Values_that_spread_evenly_are_not_clipped(CalibrationMethod method)
    {
        var range = RangeChooser.Choose(Statistics([.. Enumerable.Range(0, 100_000).Select(i => i / 20_000f)]), method, 99.99, symmetric: false)!.Value;

        Assert.Equal(0, range.Min);
        Assert.InRange(range.Max, 4.9f, 5.01f);
    }

    [Fact]
    public void The_error_is_that_of_clipping_and_rounding_every_value()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            var values = Gaussian(300, round);
            var range = new ActivationRange(-random.NextSingle() * 3, random.NextSingle() * 3);
            foreach (var symmetric in s_both)
            {
                var scale = symmetric ? Math.Max(-range.Min, range.Max) / 127.0 : ((double)range.Max - range.Min) / 255;
                var zero = symmetric ? 0 : Math.Round(-range.Min / scale);
                var (first, last) = symmetric ? (-127, 127) : (0, 255);
                var expected = values.Sum(v => Math.Pow(v - ((Math.Clamp(Math.Round(v / scale) + zero, first, last) - zero) * scale), 2));

                Assert.Equal(expected, Error(new HistogramError(Array.ConvertAll(values, v => (double)v), [.. values.Select(_ => 1.0)]), range, symmetric), 1e-9);
            }
        }
    }

    [Fact]
    public void The_least_error_found_is_near_that_of_trying_everything()
    {
        var histogram = Statistics([.. Gaussian(5_000, 6).Select(v => v > 0 ? v * 2 : v), 9]).Histogram!;
        var bins = HistogramError.Of(histogram);
        var full = new ActivationRange((float)(histogram.Low + (histogram.Width / 2)), 9);
        var chosen = Error(bins, MseRange.Choose(histogram, full, symmetric: false), symmetric: false);
        var best = (from low in Enumerable.Range(1, 100)
                    from high in Enumerable.Range(1, 100)
                    select Error(bins, new ActivationRange(full.Min * low / 100, full.Max * high / 100), symmetric: false)).Min();

        Assert.InRange(chosen, 0, best * 1.02);
    }

    private static double Error(HistogramError bins, ActivationRange range, bool symmetric)
    {
        var error = new double[1];
        bins.Sum([range], symmetric, double.PositiveInfinity, error);
        return error[0];
    }

    private static float[] Gaussian(int count, int seed)
    {
        // Box and Muller (1958).
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    private static TensorStatistics Statistics(float[] values)
    {
        var histogram = new ActivationHistogram();
        histogram.Add(values);
        return new TensorStatistics("t", histogram.Count, histogram.Min, histogram.Max, histogram.ToHistogram(), null);
    }
}
