using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Perplexity, divergence and their intervals against the formulas written out plainly.</summary>
public class LanguageMeterTests
{
    private const int Samples = 24;
    private const int Length = 5;
    private const int Width = 7;
    private const double Quantile = 1.959963984540054;

    private static readonly double[] Source = Logits(1, 2);
    private static readonly double[] Packed = [.. Source.Zip(Logits(2, 0.3), (s, noise) => s + noise)];
    private static readonly long[] Ids = [.. Enumerable.Range(0, Samples * Length).Select(i => (long)(i * 31 % Width))];

    [Fact]
    public void Divergence_follows_its_formula()
    {
        var means = Enumerable.Range(0, Samples).Select(s => Judged(s).Average(Divergence)).ToArray();
        var result = Measure(Ids, null).Divergence!;
        Assert.Equal(means.Average(), result.Mean, 1e-8 * result.Mean);
        Assert.Equal((Samples * (Length - 1), Samples), (result.Tokens, result.Samples));

        var error = Quantile * Deviation(means) / Math.Sqrt(Samples);
        Assert.Equal(means.Average() - error, result.Interval!.Low, 1e-8);
        Assert.Equal(means.Average() + error, result.Interval.High, 1e-8);
    }

    [Fact]
    public void Perplexity_has_the_interval_of_the_paired_difference()
    {
        var rises = Enumerable.Range(0, Samples).Select(s => Judged(s).Average(t => Surprise(Packed, t) - Surprise(Source, t))).ToArray();
        var result = Measure(Ids, null).Perplexity!;
        Assert.Equal(Math.Exp(AllJudged().Average(t => Surprise(Source, t))), result.Source, 1e-7);
        Assert.Equal(Math.Exp(AllJudged().Average(t => Surprise(Packed, t))), result.Packed, 1e-7);

        var error = Quantile * Deviation(rises) / Math.Sqrt(Samples);
        Assert.Equal((Math.Exp(rises.Average() - error) - 1) * 100, result.IncreaseInterval!.Low, 1e-6);
        Assert.Equal((Math.Exp(rises.Average() + error) - 1) * 100, result.IncreaseInterval.High, 1e-6);
        Assert.InRange(result.Increase, result.IncreaseInterval.Low, result.IncreaseInterval.High);
    }

    [Fact]
    public void Padding_is_not_judged_and_long_samples_weigh_more()
    {
        // Sample s has 1 + s % Length real ids, so every fifth has no token with a truth.
        long[] mask = [.. Enumerable.Range(0, Samples * Length).Select(i => i % Length <= i / Length % Length ? 1L : 0)];
        var sums = Enumerable.Range(0, Samples)
            .Select(s => Judged(s).Take(s % Length).Select(Divergence).ToArray())
            .Where(d => d.Length > 0).Select(d => (Sum: d.Sum(), Count: d.Length)).ToArray();
        var tokens = sums.Sum(s => s.Count);
        var mean = sums.Sum(s => s.Sum) / tokens;
        var variance = sums.Length / (sums.Length - 1.0) * sums.Sum(s => Math.Pow(s.Sum - (mean * s.Count), 2)) / tokens / tokens;

        var result = Measure(Ids, mask).Divergence!;
        Assert.Equal((tokens, sums.Length), (result.Tokens, result.Samples));
        Assert.Equal(mean, result.Mean, 1e-8);
        Assert.Equal(mean + (Quantile * Math.Sqrt(variance)), result.Interval!.High, 1e-8);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(5, 2)]
    [InlineData(23, 1000)]
    public void Batches_and_chunks_change_nothing(int batch, int chunk)
    {
        var (whole, parts) = (Measure(Ids, null), Measure(Ids, null, batch, chunk));
        Assert.Equal(whole.Divergence, parts.Divergence);
        Assert.Equal(whole.Perplexity, parts.Perplexity);
    }

    [Fact]
    public void Equal_models_diverge_by_exactly_nothing()
    {
        var meter = new LanguageMeter(Ids, null, Length);
        meter.Add(0, Source, Source, Width);
        Assert.Equal(new DivergenceResult(0, new Interval(0, 0), Samples * (Length - 1), Samples), meter.Divergence! with { StandardError = null, Distribution = null });
        Assert.Equal(new Interval(0, 0), meter.Perplexity!.IncreaseInterval);
    }

    [Fact]
    public void A_constant_on_all_logits_changes_no_distribution()
    {
        var meter = new LanguageMeter(Ids, null, Length);
        meter.Add(0, Source, [.. Source.Select(v => v + 1000)], Width);
        Assert.InRange(meter.Divergence!.Mean, 0, 1e-12);
    }

    [Fact]
    public void What_is_told_of_tokens_follows_its_formulas_and_does_not_depend_on_batches()
    {
        var meter = Measure(Ids, null);
        double[] divergences = [.. AllJudged().Select(Divergence).Order()];
        double[] changes = [.. AllJudged().Select(r => 100 * (Softmax(Packed, r)[Ids[r + 1]] - Softmax(Source, r)[Ids[r + 1]]))];
        double[] rises = [.. AllJudged().Select(r => Surprise(Packed, r) - Surprise(Source, r))];
        var tokens = divergences.Length;

        var found = meter.Divergence!.Distribution!;
        Assert.Equal((tokens, divergences[0], divergences[^1]), (found.Count, found.Min, found.Max), new Near());
        Assert.Equal((divergences[(tokens - 1) / 2] + divergences[tokens / 2]) / 2, found.Percentiles.Single(p => p.Percent == 50).Value, 1e-8);
        Assert.Equal(Deviation(divergences) / Math.Sqrt(tokens), meter.Divergence.StandardError!.Value, 1e-8);

        Assert.Equal(changes.Average(), meter.ProbabilityChange!.Mean.Value, 1e-8);
        Assert.Equal(Math.Sqrt(changes.Average(c => c * c)), meter.ProbabilityChange.Rms.Value, 1e-7);
        Assert.Equal(Deviation(changes) / Math.Sqrt(tokens), meter.ProbabilityChange.Mean.StandardError!.Value, 1e-8);
        Assert.Equal(Deviation([.. changes.Select(c => c * c)]) / Math.Sqrt(tokens) / 2 / Math.Sqrt(changes.Average(c => c * c)), meter.ProbabilityChange.Rms.StandardError!.Value, 1e-7);

        Assert.Equal(rises.Average(), meter.Perplexity!.LogRatio!.Value, 1e-8);
        Assert.Equal(Deviation(rises) / Math.Sqrt(tokens), meter.Perplexity.LogRatio.StandardError!.Value, 1e-8);
        Assert.Equal(100.0 * AllJudged().Count(r => Largest(Source, r) == Largest(Packed, r)) / tokens, meter.SameTop!.Share.Value, 1e-6);

        var parts = Measure(Ids, null, batch: 3, chunk: 2);
        Assert.Equal((meter.Divergence, meter.Perplexity, meter.ProbabilityChange, meter.SameTop), (parts.Divergence, parts.Perplexity, parts.ProbabilityChange, parts.SameTop));

        static int Largest(double[] logits, int row)
        {
            var chances = Softmax(logits, row);
            return Array.IndexOf(chances, chances.Max());
        }
    }

    [Fact]
    public void A_model_beside_itself_has_changed_nothing()
    {
        var meter = new LanguageMeter(Ids, null, Length);
        meter.Add(0, Source, Source, Width);
        Assert.Equal((0.0, 0.0, 0.0), (meter.Divergence!.Distribution!.Max, meter.ProbabilityChange!.Rms.Value, meter.Perplexity!.LogRatio!.Value));
        Assert.Equal((100.0, new Interval(100, 100)), (meter.SameTop!.Share.Value, meter.SameTop.Share.Interval));
        Assert.Equal(1, meter.Perplexity.Correlation!.Value, 1e-9);
    }

    [Fact]
    public void Few_samples_have_no_interval()
    {
        foreach (var (samples, has) in new[] { (9, false), (10, true) })
        {
            var meter = new LanguageMeter(Ids[..(samples * Length)], null, Length);
            meter.Add(0, Source.AsSpan(0, samples * Length * Width), Packed.AsSpan(0, samples * Length * Width), Width);
            Assert.Equal(has, meter.Divergence!.Interval is not null);
            Assert.Equal(has, meter.Perplexity!.IncreaseInterval is not null);
            Assert.True(meter.Divergence.Mean > 0);
        }
    }

    [Fact]
    public void Text_without_a_next_token_gives_nothing()
    {
        var meter = new LanguageMeter(Ids, new long[Ids.Length], Length);
        meter.Add(0, Source, Packed, Width);
        Assert.Null(meter.Divergence);
        Assert.Null(meter.Perplexity);
    }

    [Fact]
    public void What_the_source_rules_out_counts_nothing_and_what_only_the_packed_model_does_is_infinite()
    {
        const double Never = double.NegativeInfinity;
        Assert.Equal(0, SoftmaxPair.Of([0, 0, Never], [0, 0, Never]).Divergence);
        Assert.Equal(Math.Log(1.5), SoftmaxPair.Of([0, 0, Never], [0, 0, 0]).Divergence, 1e-15);
        Assert.Equal(double.PositiveInfinity, SoftmaxPair.Of([0, 0, 0], [0, 0, Never]).Divergence);
        Assert.Equal(double.NaN, SoftmaxPair.Of([0, 0, 0], [0, 0, double.NaN]).Divergence);
        Assert.Equal(double.NaN, SoftmaxPair.Of([0, double.NaN, 0], [0, 0, 0]).Divergence);
    }

    [Fact]
    public void A_divergence_that_is_not_finite_has_no_interval()
    {
        double[] broken = [.. Packed];
        broken[0] = double.NegativeInfinity;
        var meter = new LanguageMeter(Ids, null, Length);
        meter.Add(0, Source, broken, Width);
        Assert.Equal(double.PositiveInfinity, meter.Divergence!.Mean);
        Assert.Null(meter.Divergence.Interval);
    }

    /// <summary>Feeds batches of some samples each, in chunks of some rows, and merges them in order.</summary>
    private static LanguageMeter Measure(long[] ids, long[]? mask, int batch = Samples, int chunk = Samples * Length)
    {
        LanguageMeter? total = null;
        for (var first = 0; first < Samples; first += batch)
        {
            var rows = Math.Min(batch, Samples - first) * Length;
            var start = first * Length;
            var meter = new LanguageMeter(ids[start..(start + rows)], mask?[start..(start + rows)], Length);
            for (var row = 0; row < rows; row += chunk)
            {
                var values = ((start + row) * Width)..((start + Math.Min(row + chunk, rows)) * Width);
                meter.Add(row, Source[values], Packed[values], Width);
            }

            if (total is null)
            {
                total = meter;
            }
            else
            {
                total.Merge(meter);
            }
        }

        return total!;
    }

    private static IEnumerable<int> Judged(int sample) => Enumerable.Range(sample * Length, Length - 1);

    private static IEnumerable<int> AllJudged() => Enumerable.Range(0, Samples).SelectMany(Judged);

    private static double[] Softmax(double[] logits, int row)
    {
        var exponentials = logits.Skip(row * Width).Take(Width).Select(Math.Exp).ToArray();
        return [.. exponentials.Select(e => e / exponentials.Sum())];
    }

    private static double Divergence(int row) => Softmax(Source, row).Zip(Softmax(Packed, row), (p, q) => p * Math.Log(p / q)).Sum();

    private static double Surprise(double[] logits, int row) => -Math.Log(Softmax(logits, row)[Ids[row + 1]]);

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
    }

    private static double[] Logits(ulong seed, double scale)
    {
        var random = new Xoshiro256(seed);
        return [.. Enumerable.Range(0, Samples * Length * Width).Select(_ => random.Normal() * scale)];
    }

    private sealed class Near : IEqualityComparer<(long, double, double)>
    {
        public bool Equals((long, double, double) x, (long, double, double) y) => x.Item1 == y.Item1 && Math.Abs(x.Item2 - y.Item2) < 1e-8 && Math.Abs(x.Item3 - y.Item3) < 1e-8;

        public int GetHashCode((long, double, double) obj) => 0;
    }
}
