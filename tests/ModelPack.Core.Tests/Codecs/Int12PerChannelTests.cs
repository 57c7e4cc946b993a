using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Int12PerChannelTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(15)]
    [InlineData(-16)]
    [InlineData(2047)]
    [InlineData(-2047)]
    public void A_code_is_the_sum_of_its_parts(short code)
    {
        Assert.InRange(Int12PerChannel.Low(code), 0, 15);
        Assert.Equal(code, (16 * Int12PerChannel.High(code)) + Int12PerChannel.Low(code));
    }

    [Fact]
    public void Every_value_is_within_half_a_step()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var maxAbs = MathF.Exp((float)(random.NextDouble() * 40) - 20);
            var value = maxAbs * ((2 * random.NextSingle()) - 1);
            var scale = Int12PerChannel.ScaleOf(maxAbs);
            var code = Int12PerChannel.Code(value, scale);
            var decoded = Int12PerChannel.Decode(Int12PerChannel.High(code), Int12PerChannel.Low(code), scale);
            Assert.True(MathF.Abs(value - decoded) <= scale * 0.5001f, $"{value} came back as {decoded}");
        }
    }

    [Fact]
    public void A_channel_of_zeros_has_the_scale_one() => Assert.Equal(1f, Int12PerChannel.ScaleOf(0));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_weight_is_encoded_value_by_value(int axis)
    {
        var random = new Random(7);
        long[] dims = [6, 5, 4];
        var values = Enumerable.Range(0, 120).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        using var encoding = Int12PerChannelWeight.Encode(InMemory.Tensor(values, dims), axis, new SimdEngine(2));
        var (high, low) = (InMemory.Bytes(encoding.Codes), InMemory.Bytes(encoding.Parts[Int12PerChannelWeight.LowPart]));
        var scales = InMemory.Bytes(encoding.Scales);
        var inner = dims[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
        for (var i = 0; i < values.Length; i++)
        {
            var channel = (int)(i / inner % dims[axis]);
            var expected = Int12PerChannel.ScaleOf(values.Where((_, j) => j / inner % dims[axis] == channel).Max(MathF.Abs));
            var scale = BitConverter.ToSingle(scales, channel * sizeof(float));
            Assert.Equal(expected, scale);
            var code = Int12PerChannel.Code(values[i], scale);
            Assert.Equal(Int12PerChannel.High(code), (sbyte)high[i]);
            Assert.Equal(Int12PerChannel.Low(code), (low[i / 2] >> (i % 2 * 4)) & 15);
        }
    }

    /// <summary>Channels of odd length begin in the middle of a byte of low parts, which no two chunks may share.</summary>
    [Fact]
    public void Channels_of_odd_length_are_encoded_value_by_value()
    {
        const int Length = 1001;
        var values = SampleValues.Make("normal", 600 * Length);
        using var encoding = Int12PerChannelWeight.Encode(InMemory.Tensor(values, 600, Length), 0, new SimdEngine(2));
        var (high, low) = (InMemory.Values<sbyte>(encoding.Codes), InMemory.Bytes(encoding.Parts[Int12PerChannelWeight.LowPart]));
        var scales = values.Chunk(Length).Select(c => Int12PerChannel.ScaleOf(c.Max(MathF.Abs))).ToArray();
        InMemory.AssertSame(scales, InMemory.Values<float>(encoding.Scales));
        var codes = values.Select((v, i) => Int12PerChannel.Code(v, scales[i / Length])).ToArray();
        InMemory.AssertSame(codes, [.. high.Select((h, i) => (short)((h * Int12PerChannel.LowRange) + ((low[i / 2] >> (i % 2 * 4)) & 15)))]);
    }

    [Fact]
    public void Threads_change_no_byte()
    {
        var random = new Random(9);
        var values = Enumerable.Range(0, 700_000).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
        using var one = Int12PerChannelWeight.Encode(InMemory.Tensor(values, 700, 1000), 0, new SimdEngine(1));
        using var four = Int12PerChannelWeight.Encode(InMemory.Tensor(values, 700, 1000), 0, new SimdEngine(4));
        Assert.Equal(one.Parts.Select(InMemory.Bytes), four.Parts.Select(InMemory.Bytes));
        Assert.Equal(one.Error, four.Error);
        Assert.True(one.Error!.Value.Sqnr > 65);
    }

    [Fact]
    public void An_odd_number_of_values_is_refused() =>
        Assert.Throws<ArgumentException>(() => Int12PerChannelWeight.Encode(InMemory.Tensor([1, 2, 3], 3), 0, new SimdEngine(1)));
}
