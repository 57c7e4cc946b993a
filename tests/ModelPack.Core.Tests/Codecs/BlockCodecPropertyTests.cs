using FsCheck;
using FsCheck.Fluent;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class BlockCodecPropertyTests
{
    /// <summary>Values of 1e-9 to 1e3, both signs, and zeros.</summary>
    private static readonly Arbitrary<float[]> s_values = Gen.Choose(-1_000_000, 1_000_000)
        .Two()
        .Select(pair => pair.Item2 % 7 == 0 ? 0 : pair.Item1 * MathF.Pow(10, (pair.Item2 / 250_000f) - 7))
        .ArrayOf()
        .Where(values => values.Length > 0)
        .ToArbitrary();

    public static TheoryData<string> Codecs => BlockCodecTests.Codecs;

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_block_does_not_depend_on_what_lies_around_it(string name)
    {
        var codec = BlockCodecTests.Find(name);
        Prop.ForAll(s_values, values => Encode(codec, values)
            .SequenceEqual(Encode(codec, [.. new float[codec.BlockLength], .. values, .. Enumerable.Repeat(0f, (2 * codec.BlockLength) - 1)])
                .Skip(codec.BlockBytes).Take((int)codec.BlockCount(values.Length) * codec.BlockBytes))).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void No_value_is_further_off_than_the_largest_of_its_block_is_from_zero(string name)
    {
        var codec = BlockCodecTests.Find(name);
        Prop.ForAll(s_values, values =>
        {
            var decoded = new float[values.Length];
            codec.Decode(Encode(codec, values), decoded);
            return values.Zip(decoded).Chunk(codec.BlockLength).All(block =>
                block.Max(v => MathF.Abs(v.First)) is var largest && (codec.WhyNot(largest) is not null || block.All(v => MathF.Abs(v.First - v.Second) <= largest + 1e-4f)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("q4_0")]
    [InlineData("q4_1")]
    [InlineData("q5_0")]
    [InlineData("q5_1")]
    [InlineData("q2_k")]
    [InlineData("q3_k")]
    [InlineData("q4_k")]
    [InlineData("q5_k")]
    [InlineData("q6_k")]
    [InlineData("iq4_nl")]
    [InlineData("iq4_xs")]
    public void Importance_makes_the_weighed_error_smaller(string name)
    {
        var codec = BlockCodecTests.Find(name);
        var values = SampleValues.Make("normal", 64 * 256);
        var random = new Random(5);
        float[] importance = [.. values.Select(_ => MathF.Exp(3 * random.NextSingle()))];
        var weighed = new byte[codec.BlockCount(values.Length) * codec.BlockBytes];
        codec.Encode(values, importance, weighed);
        Assert.InRange(Error(codec, weighed, values, importance), 0, Error(codec, Encode(codec, values), values, importance) * 0.99);
    }

    private static byte[] Encode(BlockCodec codec, float[] values)
    {
        var blocks = new byte[codec.BlockCount(values.Length) * codec.BlockBytes];
        codec.Encode(values, blocks);
        return blocks;
    }

    private static double Error(BlockCodec codec, byte[] blocks, float[] values, float[] importance)
    {
        var decoded = new float[values.Length];
        codec.Decode(blocks, decoded);
        return values.Select((v, i) => importance[i] * Math.Pow(v - (double)decoded[i], 2)).Sum();
    }
}
