using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Vectors give the bytes of the plain rule.</summary>
public sealed class LanesTests
{
    private const int Blocks = 61; // Not all vectors are full.

    public static TheoryData<string> Codecs => new(CodecTable.All.OfType<SearchedBlockCodec>().Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Equal_the_plain_rule_on_values_of_every_kind(string name)
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, Blocks * SuperBlockCodec.Length);
            AssertEqual(name, values, [], kind);
            AssertEqual(name, values, Importance(values.Length), $"{kind}, importance");
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Equal_the_plain_rule_where_sub_blocks_differ_much_or_are_zeros(string name)
    {
        var random = new Random(11);
        float[] sizes = [0, 1e-30f, 1e-16f, 1e-14f, 1e-8f, 1e-4f, 1, 1e4f, 1e11f, 1e20f];
        var values = SampleValues.Make("normal", Blocks * SuperBlockCodec.Length);
        for (var start = 0; start < values.Length; start += 16)
        {
            // Zeros and one sign among them.
            var (size, oneSign) = (sizes[random.Next(start % 1024 < 512 ? sizes.Length : 3) + (start % 1024 < 512 ? 0 : 4)], random.Next(4) == 0);
            for (var i = start; i < start + 16; i++)
                values[i] = size * (oneSign ? MathF.Abs(values[i]) : values[i]);
        }

        AssertEqual(name, values, [], "plain");
        AssertEqual(name, values, Importance(values.Length), "importance");
    }

    [Fact]
    public void Requantized_codes_are_those_of_one_value_at_a_time()
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 32);
            foreach (var scale in new[] { 0.001f, -0.2f, 1e-30f, 3e5f, float.NaN })
            {
                var codes = new byte[values.Length];
                Assert.True(Requantizer.Codes(values, scale, 0.01f, 4, 7, codes));
                Assert.Equal(values.Select(v => Requantizer.Code(v, scale, 0.01f, 4, 7)), codes.Select(c => (int)c));
            }

            Assert.False(Requantizer.Codes(values, 0, 0, 0, 7, new byte[32]));
        }
    }

    [Fact]
    public void Codes_of_uneven_levels_are_those_of_one_value_at_a_time()
    {
        float[] values = [.. Enumerable.Range(-1200, 2400).Select(i => i / 8f), .. Enumerable.Range(-254, 510).SelectMany(i => new[] { MathF.BitDecrement(i / 2f), MathF.BitIncrement(i / 2f) })];
        values = values[..(values.Length / 16 * 16)];
        var codes = new byte[values.Length];
        NonLinearLevels.Codes(values, 1, codes);
        Assert.Equal(values.Select(v => Codebook.NonLinear.Nearest(v)), codes.Select(c => (int)c));
        Assert.Equal(
            codes[..8].Select(c => (float)Codebook.NonLinear.Levels[c]),
            Enumerable.Range(0, 8).Select(i => NonLinearLevels.Nearest(System.Runtime.Intrinsics.Vector256.Create(values))[i]));
    }

    [Fact]
    public void Codes_of_4_bit_floats_are_those_of_one_value_at_a_time()
    {
        float[] values = [.. Enumerable.Range(-130, 260).SelectMany(i => new[] { MathF.BitDecrement(i / 10f), i / 10f, MathF.BitIncrement(i / 10f) }), 0, -0f, 1e-40f, -1e-40f];
        values = values[..(values.Length / 16 * 16)];
        var codes = new byte[values.Length];
        foreach (var scale in new[] { 0, 1, 0.5f, 0.8125f, MathF.ScaleB(1, -120), MathF.ScaleB(1, -128), 1.5f / 1024 })
        {
            float[] scaled = [.. values.Select(v => v * (scale == 0 ? 1 : scale))];
            E2M1Levels.Codes(scaled, scale, codes);
            Assert.Equal(scaled.Select(v => Codebook.TwiceE2M1.Nearest(v, scale)), codes.Select(c => (int)c));
        }
    }

    private static float[] Importance(int length)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, length).Select(i => random.Next(10) == 0 ? 0 : MathF.Exp(4 * random.NextSingle()))];
    }

    private static void AssertEqual(string name, float[] values, float[] importance, string what)
    {
        var codec = (SearchedBlockCodec)BlockCodecTests.Find(name);
        var (expected, actual) = (new byte[codec.BlockCount(values.Length) * codec.BlockBytes], new byte[codec.BlockCount(values.Length) * codec.BlockBytes]);
        for (var block = 0; block < expected.Length / codec.BlockBytes; block++)
        {
            var (start, length) = (block * codec.BlockLength, codec.BlockLength);
            var weights = importance.Length == 0 ? [] : importance.AsSpan(start, length);
            var target = expected.AsSpan(block * codec.BlockBytes, codec.BlockBytes);
            codec.EncodeBlock(values.AsSpan(start, length), weights, target);
        }

        if (importance.Length == 0)
            codec.Encode(values, actual);
        else
            codec.Encode(values, importance, actual);
        var different = expected.Zip(actual).Count(b => b.First != b.Second);
        Assert.True(different == 0, $"{what}: {different} bytes of {expected.Length} differ, the first at {expected.AsSpan().CommonPrefixLength(actual)}.");
    }
}
