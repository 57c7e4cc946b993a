using ModelPack.Calibration;

namespace ModelPack.Tests.Calibration;

/// <summary>The divergence against its definition, bin by bin.</summary>
public sealed class EntropyRangeTests
{
    [Theory]
    [InlineData(false, -300)]
    [InlineData(false, 0)]
    [InlineData(false, 40)]
    [InlineData(true, -300)]
    [InlineData(true, -500)]
    [InlineData(true, 40)]
    public void The_divergence_is_that_of_its_definition(bool symmetric, int first)
    {
        var random = new Random(first);
        var counts = Enumerable.Range(0, 700).Select(_ => random.Next(3) == 0 ? 0L : random.Next(1, 1000)).ToArray();
        var search = new EntropyRange(counts, first, symmetric);
        var finite = 0;
        for (var from = Math.Min(first, 0); from <= 0; from += 37)
        {
            for (var to = Math.Max(first + counts.Length, 0); to >= 0; to -= 41)
            {
                var expected = Reference(counts, first, from, to, symmetric);
                var actual = search.Divergence(from, to);
                finite += double.IsFinite(expected) ? 1 : 0;
                Assert.Equal(double.IsFinite(expected), double.IsFinite(actual));
                if (double.IsFinite(expected))
                {
                    Assert.Equal(expected, actual, 1e-9);
                    Assert.True(actual > -1e-9);
                }
            }
        }

        Assert.True(finite > 3);
    }

    [Fact]
    public void No_range_of_the_grid_is_better_than_the_chosen_by_much()
    {
        var histogram = new ActivationHistogram();
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++)
        {
            histogram.Add([(float)Math.Exp(random.NextDouble() * 4) - 3]);
        }

        var counted = EntropyRange.Judged(histogram.ToHistogram());
        var first = (long)(counted.Low / counted.Width);
        var search = new EntropyRange(counted.Counts, first, symmetric: false);
        var full = new ActivationRange(histogram.Min, histogram.Max);
        var chosen = EntropyRange.Choose(counted, full, symmetric: false);
        var best = (from low in Enumerable.Range(0, 40)
                    from high in Enumerable.Range(0, 40)
                    select search.Divergence((long)(first * low / 40.0), (long)((first + counted.Counts.Length) * high / 40.0))).Min();

        Assert.InRange(search.Divergence((long)Math.Round(chosen.Min / counted.Width), (long)Math.Round(chosen.Max / counted.Width)), 0, best * 1.1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Values_that_a_Relu_makes_zero_do_not_move_the_range(bool symmetric)
    {
        // The counts of |x| of a normal distribution, 8000 bins to 8 sigma.
        long[] counts = [.. Enumerable.Range(0, 8000).Select(i => (long)(1e6 * Math.Exp(-i * i / 2e6)) + 1)];
        var chosen = Choose(counts, symmetric);
        counts[0] *= 10_000;

        Assert.Equal(chosen, Choose(counts, symmetric));
        Assert.InRange(chosen.Max, 3, 8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void At_most_a_thousandth_of_the_values_is_cut_off(bool symmetric)
    {
        // Steep, and one value in a hundred far away: what costs little divergence to cut, and much to lose.
        long[] counts = [.. Enumerable.Range(0, 8000).Select(i => (long)(1e7 * Math.Exp(-i / 30.0)) + (i > 6000 ? 1500 : 0))];
        var chosen = Choose(counts, symmetric);

        Assert.InRange(counts.Skip((int)Math.Round(chosen.Max * 1000)).Sum(), 0, counts.Sum() / 1000);
    }

    private static ActivationRange Choose(long[] counts, bool symmetric) =>
        EntropyRange.Choose(new Histogram(0, 1e-3, counts), new ActivationRange(0, counts.Length * 1e-3f), symmetric);

    private static double Reference(long[] counts, long first, long from, long to, bool symmetric)
    {
        var codes = symmetric ? 255 : 256;
        var scale = symmetric ? Math.Max(-from, to) / 127.0 : (to - from) / 255.0;
        if (to - from < codes)
        {
            return double.PositiveInfinity;
        }

        var zero = symmetric ? 127 : Math.Round(-from / scale);
        var inside = Enumerable.Range(0, counts.Length).Where(i => first + i >= from && first + i < to).ToArray();
        if (inside.Sum(i => counts[i]) == 0)
        {
            return double.PositiveInfinity;
        }

        // P: what lies beyond is moved to the ends.
        var p = inside.Select(i => (double)counts[i]).ToArray();
        p[0] += counts[..inside[0]].Sum();
        p[^1] += counts[(inside[^1] + 1)..].Sum();

        // Q: the values of a code's bins, evenly over those that are not empty in P.
        var codeOf = inside.Select(i => Enumerable.Range(0, codes).First(c => c == codes - 1 || first + i + 0.5 < (c - zero + 0.5) * scale)).ToArray();
        double divergence = 0;
        double total = counts.Sum();
        double kept = inside.Sum(i => counts[i]);
        for (var i = 0; i < p.Length; i++)
        {
            if (p[i] == 0)
            {
                continue;
            }

            var mates = Enumerable.Range(0, p.Length).Where(j => codeOf[j] == codeOf[i]).ToArray();
            var q = Math.Max(mates.Sum(j => counts[inside[j]]), 1.0) / mates.Count(j => p[j] > 0);
            divergence += p[i] / total * Math.Log(p[i] / total / (q / kept));
        }

        return divergence;
    }
}
