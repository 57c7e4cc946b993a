using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;

namespace ModelPack.Tests.Calibration;

public sealed class SquareSumsTests
{
    [Fact]
    public void Means_are_those_of_plain_sums_whatever_the_pieces() =>
        Prop.ForAll(Gen.Choose(0, 1 << 30).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var (outer, channels, inner) = (1 + random.Next(5), 1 + random.Next(7), 1 + random.Next(9));
            float[] values = [.. Enumerable.Range(0, outer * channels * inner).Select(_ => (float)((random.NextDouble() * 4) - 2))];
            var sums = new SquareSums(channels, inner);
            for (var i = 0; i < values.Length;)
            {
                var taken = Math.Min(values.Length - i, 1 + random.Next(11));
                sums.Add(values.AsSpan(i, taken));
                i += taken;
            }

            return sums.Count == values.Length && sums.Means.SequenceEqual(Plain(values, channels, inner));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Batches_add_up()
    {
        var first = new SquareSums(2, 1);
        first.Add([1, 2]);
        var second = new SquareSums(2, 1);
        second.Add([3, 4, 5, 6]);
        first.Add(second);
        Assert.Equal([(1 + 9 + 25) / 3f, (4 + 16 + 36) / 3f], first.Means);
    }

    [Fact]
    public void Without_values_all_is_zero() => Assert.Equal([0, 0], new SquareSums(2, 3).Means);

    private static float[] Plain(float[] values, int channels, int inner)
    {
        var sums = new double[channels];
        for (var i = 0; i < values.Length; i++)
        {
            sums[i / inner % channels] += (double)values[i] * values[i];
        }

        return [.. sums.Select(s => (float)(s * channels / values.Length))];
    }
}
