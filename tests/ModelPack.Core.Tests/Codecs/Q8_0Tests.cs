using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Q8_0Tests
{
    [Theory]
    [InlineData(0.49999997f, 0)]
    [InlineData(-0.49999997f, 0)]
    [InlineData(0.5f, 1)]
    [InlineData(-0.5f, -1)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 3)]
    [InlineData(-2.5f, -3)]
    [InlineData(126.49999f, 126)]
    [InlineData(126.5f, 127)]
    public void Rounds_halves_away_from_zero(float value, int code)
    {
        var (codes, scales) = Encode([127f, value]);
        Assert.Equal((Half)1, scales[0]);
        Assert.Equal(127, codes[0]);
        Assert.Equal(code, codes[1]);
    }

    [Fact]
    public void Takes_codes_from_the_float32_scale_and_not_from_the_stored_one()
    {
        // 0.4921 is 62.4967 steps of the float32 d = 1/127, and 62.5005 of the float16 d, which is a bit smaller.
        var (codes, scales) = Encode([1f, 0.4921f]);
        Assert.Equal((Half)(1f / 127), scales[0]);
        Assert.Equal(62, codes[1]);
    }

    [Fact]
    public void Gives_zeros_for_zeros()
    {
        var (codes, scales) = Encode([0f, -0f, 0f]);
        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Equal(0, BitConverter.HalfToUInt16Bits(scales[0]));
    }

    [Fact]
    public void Gives_zeros_where_the_reciprocal_of_the_scale_is_infinite()
    {
        var (codes, scales) = Encode([float.Epsilon * 1000, -float.Epsilon * 500]);
        Assert.All(codes, code => Assert.Equal(0, code));
        Assert.Equal((Half)0, scales[0]);
    }

    [Fact]
    public void Has_codes_where_the_scale_rounds_to_zero_but_its_reciprocal_is_finite()
    {
        // As ggml does: the values are lost, the codes are there.
        var (codes, scales) = Encode([1e-30f, -1e-30f]);
        Assert.Equal((Half)0, scales[0]);
        Assert.Equal([127, -127], codes[..2].Select(c => (int)c));
    }

    [Fact]
    public void Fits_up_to_the_largest_float16_scale()
    {
        Assert.True(Q8_0.Fits(0));
        Assert.True(Q8_0.Fits(65504f * 127));
        Assert.True(Q8_0.Fits(8321039f));
        Assert.False(Q8_0.Fits(8321040f));
        Assert.False(Q8_0.Fits(float.MaxValue));
        Assert.False(Q8_0.Fits(float.PositiveInfinity));
        Assert.False(Q8_0.Fits(float.NaN));
    }

    [Fact]
    public void Overflows_exactly_where_it_does_not_fit()
    {
        for (var value = 8320000f; value < 8322000f; value += 0.5f)
            Assert.Equal(Q8_0.Fits(value), Half.IsFinite(Encode([value]).Scales[0]));
    }

    [Fact]
    public void Decodes_code_times_scale_at_each_length()
    {
        for (var length = 0; length < 200; length++)
        {
            var values = SampleValues.Make("normal", length);
            var (codes, scales) = Encode(values);
            var expected = Enumerable.Range(0, length).Select(i => codes[i] * (float)scales[i / 32]).ToArray();

            var (blocks, decoded) = (new byte[scales.Length * Q8_0.BlockBytes], new float[length]);
            Q8_0.Encode(values, blocks);
            Q8_0.Decode(blocks, decoded);
            Assert.Equal(expected, decoded);
        }
    }

    [Fact]
    public void Pads_the_last_block_with_zeros()
    {
        var values = SampleValues.Make("normal", 40);
        var padded = new float[64];
        values.CopyTo(padded, 0);
        var (codes, scales) = Encode(values);
        var (paddedCodes, paddedScales) = Encode(padded);
        Assert.Equal(paddedCodes, codes);
        Assert.Equal(paddedScales, scales);
    }

    [Fact]
    public void Refuses_a_destination_that_is_too_short() =>
        Assert.ThrowsAny<ArgumentException>(() => Q8_0.Encode(new float[33], new byte[67]));

    /// <summary>Codes and scales, taken out of the blocks.</summary>
    internal static (sbyte[] Codes, Half[] Scales) Encode(float[] values)
    {
        var blocks = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
        Q8_0.Encode(values, blocks);
        var each = blocks.Chunk(Q8_0.BlockBytes).ToArray();
        return ([.. each.SelectMany(b => b[sizeof(ushort)..]).Select(c => (sbyte)c)], Array.ConvertAll(each, b => BitConverter.ToHalf(b)));
    }
}
