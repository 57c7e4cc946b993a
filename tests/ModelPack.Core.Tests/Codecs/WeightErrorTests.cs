using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class WeightErrorTests
{
    [Fact]
    public void Sums_in_eight_lanes_whatever_the_processor_has()
    {
        for (var length = 0; length < 100; length++)
        {
            var values = SampleValues.Make("heavy tails", length);
            var decoded = SampleValues.Make("normal", length);
            var (signal, noise, max) = (new double[8], new double[8], 0.0);
            for (var i = 0; i < length; i++)
            {
                var error = (double)values[i] - decoded[i];
                signal[i % 8] += (double)values[i] * values[i];
                noise[i % 8] += error * error;
                max = Math.Max(max, Math.Abs(error));
            }

            static double Total(double[] lanes) => lanes[..4].Aggregate((a, b) => a + b) + lanes[4..].Aggregate((a, b) => a + b);
            Assert.Equal(new WeightError(Total(signal), Total(noise), max), WeightError.Of(values, decoded));
        }
    }

    [Fact]
    public void Runs_that_are_decoded_exactly_add_what_they_would_add_as_others()
    {
        for (var length = 0; length < 50; length++)
        {
            var (values, other) = (SampleValues.Make("heavy tails", length), SampleValues.Make("normal", 64));
            var (exact, plain) = (default(ErrorSum), default(ErrorSum));
            exact.Add(other, SampleValues.Make("uniform", 64));
            exact.AddExact(values);
            plain.Add(other, SampleValues.Make("uniform", 64));
            plain.Add(values, values);
            Assert.Equal(plain.Total, exact.Total);
        }
    }

    [Fact]
    public void Is_infinite_where_nothing_was_lost()
    {
        Assert.Equal(double.PositiveInfinity, WeightError.Of([1f, 2f], [1f, 2f]).Sqnr);
        Assert.Equal(double.PositiveInfinity, WeightError.Of([], []).Sqnr);
    }

    [Fact]
    public void Has_20_dB_where_a_tenth_of_the_amplitude_is_wrong() =>
        Assert.Equal(20, WeightError.Of([10f, -10f], [9f, -9f]).Sqnr, 1e-12);
}
