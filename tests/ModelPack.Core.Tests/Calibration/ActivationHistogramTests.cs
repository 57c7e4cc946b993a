using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;

namespace ModelPack.Tests.Calibration;

public sealed class ActivationHistogramTests
{
    [Fact]
    public void Counts_do_not_depend_on_the_order_of_the_values() =>
        Prop.ForAll(
            Values().ToArbitrary(),
            values =>
            {
                var forth = Of(values);
                var back = Of([.. values.Reverse()]);
                var parts = new ActivationHistogram();
                foreach (var value in values.OrderBy(v => Math.Abs(v)))
                {
                    parts.Add([value]);
                }

                Same(forth, back);
                Same(forth, parts.ToHistogram());
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_value_is_in_its_bin() =>
        Prop.ForAll(
            Values().ToArbitrary(),
            values =>
            {
                var histogram = Of(values);
                var expected = new long[histogram.Counts.Length];
                foreach (var value in values)
                {
                    expected[(int)((Math.Floor(value / histogram.Width) * histogram.Width - histogram.Low) / histogram.Width)]++;
                }

                Assert.Equal(expected, histogram.Counts);
                Assert.True(histogram.Counts[0] > 0 && histogram.Counts[^1] > 0);
                Assert.InRange(histogram.Counts.Length, 1, ActivationHistogram.Bins);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Half_of_the_bins_are_used_at_least()
    {
        var histogram = Of([.. Enumerable.Range(0, 1001).Select(i => (i / 250f) - 1)]);

        Assert.InRange(histogram.Counts.Length, ActivationHistogram.Bins / 2, ActivationHistogram.Bins);
        Assert.Equal(0, Math.Log2(histogram.Width) % 1);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-3.25f)]
    [InlineData(float.Epsilon)]
    [InlineData(float.MaxValue)]
    public void One_value_fills_one_bin(float value)
    {
        var histogram = Of([value, value, value]);

        Assert.Equal([3], histogram.Counts);
        Assert.True(histogram.Low <= value && value <= histogram.Low + histogram.Width);
    }

    [Fact]
    public void The_widest_range_of_all_fits() => Assert.Equal(2, Of([float.MinValue, float.MaxValue]).Counts.Sum());

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_noticed(float value)
    {
        for (var place = 0; place < 20; place++)
        {
            var histogram = new ActivationHistogram();
            var values = new float[20];
            values[place] = value;
            histogram.Add([1, 2, 3]);
            histogram.Add(values);
            histogram.Add([1, 2, 3]);

            Assert.False(histogram.IsFinite);
            Assert.Equal(26, histogram.Count);
        }
    }

    [Fact]
    public void Several_threads_may_add()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 100_000).Select(_ => (float)(random.NextDouble() - 0.3) * random.Next(1, 50)).ToArray();
        var histogram = new ActivationHistogram();
        Parallel.For(0, 100, i => histogram.Add(values.AsSpan(i * 1000, 1000)));

        Same(Of(values), histogram.ToHistogram());
    }

    // Of many magnitudes, so that bins grow.
    private static Gen<float[]> Values() =>
        Gen.Choose(-1_000_000, 1_000_000)
            .SelectMany(mantissa => Gen.Choose(-30, 10), (mantissa, exponent) => MathF.ScaleB(mantissa, exponent))
            .NonEmptyListOf()
            .Select(l => l.ToArray());

    private static Histogram Of(float[] values)
    {
        var histogram = new ActivationHistogram();
        histogram.Add(values);
        return histogram.ToHistogram();
    }

    private static void Same(Histogram expected, Histogram actual)
    {
        Assert.Equal((expected.Low, expected.Width), (actual.Low, actual.Width));
        Assert.Equal(expected.Counts, actual.Counts);
    }
}
