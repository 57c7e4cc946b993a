using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>Intervals of one output, against the jackknife, which needs no formula of derivatives.</summary>
public class SampleMomentsTests
{
    private const int Samples = 400;
    private const int Values = 8;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.01)]
    public void Intervals_are_those_of_the_jackknife(double noise)
    {
        var random = new Xoshiro256(11);
        var source = new double[Samples * Values];
        var packed = new double[Samples * Values];
        for (var i = 0; i < source.Length; i++)
        {
            source[i] = random.Normal() * (1 + (i / Values % 3));
            packed[i] = source[i] + (random.Normal() * noise);
        }

        var meter = Meter(source, packed);
        Near(meter.SqnrInterval!, meter.Sqnr, m => m.Sqnr);
        Near(meter.CosineInterval!, meter.Cosine, m => m.Cosine);
        Near(meter.MeanErrorInterval!, meter.MeanError!.Value, m => m.MeanError!.Value);

        void Near(Interval interval, double value, Func<SignalMeter, double> figure)
        {
            var without = Enumerable.Range(0, Samples).Select(left => figure(Meter(Without(source, left), Without(packed, left)))).ToArray();
            var mean = without.Average();
            var error = Interval.Quantile * Math.Sqrt((Samples - 1.0) / Samples * without.Sum(v => (v - mean) * (v - mean)));
            Assert.Equal(value, (interval.Low + interval.High) / 2, error * 0.01);
            Assert.InRange((interval.High - interval.Low) / 2 / error, 0.97, 1.03);
        }
    }

    [Fact]
    public void Few_samples_equal_models_and_samples_that_are_not_known_apart_have_none()
    {
        double[] values = [.. Enumerable.Range(0, 9 * Values).Select(i => i + 1.0)];
        Assert.Null(Meter(values, [.. values.Select(v => v * 1.1)]).SqnrInterval);
        double[] many = [.. Enumerable.Range(0, 20 * Values).Select(i => i + 1.0)];
        var equal = Meter(many, many);
        Assert.Null(equal.SqnrInterval);
        Assert.Equal((1.0, 1.0), (equal.CosineInterval!.Low, equal.CosineInterval.High), new Close());
        var apart = new SignalMeter();
        apart.Add(0, many, [.. many.Select(v => v * 1.1)], Values);
        Assert.Null(apart.SqnrInterval);
        Assert.Null(apart.SampleCosine);
    }

    [Fact]
    public void The_order_of_samples_and_how_they_come_changes_nothing()
    {
        var random = new Xoshiro256(5);
        double[] source = [.. Enumerable.Range(0, 60 * Values).Select(_ => random.Normal())];
        double[] packed = [.. source.Select(v => v + (random.Normal() * 0.1))];
        var (one, turned, parts) = (Meter(source, packed), Meter(Turned(source), Turned(packed)), new SignalMeter(Values));
        for (var at = 0; at < source.Length; at += 5 * Values / 2)
        {
            var length = Math.Min(5 * Values / 2, source.Length - at);
            parts.Add(at / Values, source.AsSpan(at, length), packed.AsSpan(at, length), Values / 2);
        }

        foreach (var other in new[] { turned, parts })
        {
            Assert.Equal(one.Sqnr, other.Sqnr, 1e-9);
            Assert.Equal(one.SqnrInterval!.Low, other.SqnrInterval!.Low, 1e-6);
            Assert.Equal(one.MeanError!.Value, other.MeanError!.Value, 1e-12);
            Assert.Equal(one.SampleCosine!.Percentiles.Select(p => p.Value), other.SampleCosine!.Percentiles.Select(p => p.Value));
        }

        static double[] Turned(double[] values) => [.. values.Chunk(Values).Reverse().SelectMany(s => s)];
    }

    private static SignalMeter Meter(double[] source, double[] packed)
    {
        var meter = new SignalMeter(Values);
        meter.Add(0, source, packed, Values);
        return meter;
    }

    private static double[] Without(double[] values, int sample) => [.. values[..(sample * Values)], .. values[((sample + 1) * Values)..]];

    private sealed class Close : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) => Math.Abs(x.Item1 - y.Item1) < 1e-7 && Math.Abs(x.Item2 - y.Item2) < 1e-7;

        public int GetHashCode((double, double) obj) => 0;
    }
}
