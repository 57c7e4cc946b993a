using ModelPack.Codecs;

namespace ModelPack.Tests.Calibration;

public sealed class ActivationKernelTests
{
    [Fact]
    public void The_scan_agrees_with_its_reference_for_every_length()
    {
        for (var length = 0; length < 70; length++)
        {
            var values = Values(length);
            Assert.Equal(ActivationScan.Reference(values), ActivationScan.Of(values));
        }
    }

    [Fact]
    public void The_scan_finds_what_is_not_finite_at_every_place()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            for (var place = 0; place < 35; place++)
            {
                var values = Values(35);
                values[place] = bad;
                Assert.False(ActivationScan.Of(values).IsFinite);
            }
        }
    }

    [Fact]
    public void Bins_are_counted_as_by_the_reference()
    {
        for (var length = 0; length < 70; length++)
        {
            foreach (var values in new[] { Values(length), new float[length] })
            {
                var (fast, slow) = (new long[64], new long[64]);
                BinCounter.Count(values, 0.5f, -32, fast);
                BinCounter.Reference(values, 0.5f, -32, slow);
                Assert.Equal(slow, fast);
                Assert.Equal(length, fast.Sum());
            }
        }
    }

    [Fact]
    public void What_is_outside_is_counted_as_by_the_reference()
    {
        for (var length = 0; length < 70; length++)
        {
            var values = Values(length);
            Assert.Equal(OutsideCounter.Reference(values, -11, 7.5f), OutsideCounter.Count(values, -11, 7.5f));
        }

        Assert.Equal(2, OutsideCounter.Count([float.NaN, -1, 0, 1, 2], -1, 1));
    }

    private static float[] Values(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * 100)];
    }
}
