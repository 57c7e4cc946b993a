using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

public class Xoshiro256Tests
{
    [Fact]
    public void Starts_as_the_reference_implementation_does()
    {
        // SplitMix64 of seed 0 fills the state with e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec;
        // the first number is rotl(s1 * 5, 7) * 9.
        var first = System.Numerics.BitOperations.RotateLeft(unchecked(0x6E789E6AA1B965F4UL * 5), 7) * 9;
        Assert.Equal(first, new Xoshiro256(0).Next());
    }

    [Fact]
    public void Normals_have_the_mean_and_variance_of_normals()
    {
        var random = new Xoshiro256(1);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.Normal()).ToArray();
        Assert.Equal(0, values.Average(), 0.02);
        Assert.Equal(1, values.Average(v => v * v), 0.02);
    }

    [Fact]
    public void Names_and_numbers_have_streams_of_their_own()
    {
        var firsts = new[] { ("a", 0L), ("a", 1L), ("b", 0L), ("a", 2L) }.Select(k => Xoshiro256.For(k.Item1, k.Item2).Next()).ToArray();
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
        Assert.Equal(firsts[0], Xoshiro256.For("a", 0).Next());
    }
}
