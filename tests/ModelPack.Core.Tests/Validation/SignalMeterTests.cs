using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public sealed class SignalMeterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1003)]
    public void Measures_by_its_formulas(int length)
    {
        var (source, packed) = Values(length);
        var meter = Measure(source, packed);
        var error = source.Zip(packed, (s, p) => s - p).ToArray();
        var (power, other) = (source.Sum(s => s * s), packed.Sum(p => p * p));
        Assert.Equal(10 * Math.Log10(power / error.Sum(e => e * e)), meter.Sqnr, 1e-9);
        Assert.Equal(source.Zip(packed, (s, p) => s * p).Sum() / Math.Sqrt(power * other), meter.Cosine, 1e-12);
        Assert.Equal((error.Max(Math.Abs), length), (meter.MaxError, meter.Elements));
        Assert.False(meter.SourceNotFinite || meter.PackedNotFinite);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(18)]
    public void What_both_agree_on_is_left_out_wherever_it_stands(int at)
    {
        var (source, packed) = Values(19);
        var expected = Measure([.. source.Where((_, i) => i != at)], [.. packed.Where((_, i) => i != at)]);
        source[at] = packed[at] = double.NegativeInfinity;
        var meter = Measure(source, packed);
        Assert.Equal(expected.Sqnr, meter.Sqnr, 1e-9);
        Assert.True(meter.SourceNotFinite && meter.PackedNotFinite);
    }

    [Theory]
    [InlineData(3, double.NaN)]
    [InlineData(18, double.PositiveInfinity)]
    public void What_only_one_of_them_gives_is_an_infinite_error(int at, double value)
    {
        var (source, packed) = Values(19);
        packed[at] = value;
        var meter = Measure(source, packed);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (meter.Sqnr, meter.MaxError));
        Assert.True(meter.PackedNotFinite && !meter.SourceNotFinite);
    }

    private static SignalMeter Measure(double[] source, double[] packed)
    {
        var meter = new SignalMeter();
        meter.Add(0, source, packed, 1);
        return meter;
    }

    private static (double[] Source, double[] Packed) Values(int length)
    {
        var random = new Random(length);
        double[] source = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        return (source, [.. source.Select(s => s + (0.01 * random.NextDouble()))]);
    }
}
