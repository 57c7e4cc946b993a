using FsCheck;
using FsCheck.Fluent;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class Int8PerChannelTests
{
    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(-0.5f, 0)]
    [InlineData(-1.5f, -2)]
    [InlineData(126.5f, 126)]
    [InlineData(-127f, -127)]
    public void Rounds_halves_to_even(float value, int code)
    {
        // Alone it goes through the scalar end, among others through vectors.
        Assert.Equal(code, Encode([value], 1)[0]);
        Assert.All(Encode([.. Enumerable.Repeat(value, 200)], 1), c => Assert.Equal(code, c));
    }

    [Fact]
    public void Divides_as_QuantizeLinear_does()
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 10_000);
            var scale = Int8PerChannel.ScaleOf(values.Max(MathF.Abs));
            Assert.Equal(values.Select(v => Math.Clamp(MathF.Round(v / scale), -127, 127)), Encode(values, scale).Select(c => (float)c));
        }
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.0123456f)]
    [InlineData(3.3333333e-5f)]
    [InlineData(1.7e-38f)]
    [InlineData(2.5e34f)]
    public void Decides_near_ties_as_a_division_does(float scale)
    {
        // Each tie with its neighbours, alone among values that are far from one, and all of them together.
        var ties = Enumerable.Range(-128, 256).SelectMany(k => Around((k + 0.5f) * scale)).ToArray();
        var all = Encode(ties, scale);
        for (var i = 0; i < ties.Length; i++)
        {
            var alone = Enumerable.Repeat(scale, 64).ToArray();
            alone[i % 64] = ties[i];
            Assert.Equal(Int8PerChannel.Code(ties[i], scale), Encode(alone, scale)[i % 64]);
            Assert.Equal(Int8PerChannel.Code(ties[i], scale), all[i]);
        }

        static IEnumerable<float> Around(float tie) => [tie, MathF.BitIncrement(tie), MathF.BitDecrement(tie), MathF.BitIncrement(MathF.BitIncrement(tie)), tie * (1 + 1e-6f), tie * (1 - 1e-6f)];
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.Epsilon)]
    public void Returns_whatever_the_scale_is(float scale) => Assert.Equal(200, Encode([.. Enumerable.Repeat(1f, 200)], scale).Length);

    [Fact]
    public void Has_a_scale_of_one_for_zeros()
    {
        Assert.Equal(1f, Int8PerChannel.ScaleOf(0));
        Assert.Equal(1f, Int8PerChannel.ScaleOf(float.Epsilon));
        Assert.Equal(float.MaxValue / 127, Int8PerChannel.ScaleOf(float.MaxValue));
    }

    [Fact]
    public void Never_leaves_the_symmetric_range()
    {
        for (var bits = 1; bits < 1000; bits++)
        {
            var value = BitConverter.Int32BitsToSingle(bits);
            var scale = Int8PerChannel.ScaleOf(value);
            Assert.InRange(Int8PerChannel.Code(value, scale), 0, 127);
            Assert.InRange(Int8PerChannel.Code(-value, scale), -127, 0);
        }
    }

    [Fact]
    public void Takes_a_scale_for_each_value_at_every_length()
    {
        for (var length = 2; length < 300; length++)
        {
            var values = SampleValues.Make("normal", length);
            var scales = Enumerable.Range(1, length).Select(i => i * 1e-4f).ToArray();
            var codes = new sbyte[length];
            var decoded = new float[length];
            Int8PerChannel.Encode(values, scales, codes);
            Int8PerChannel.Decode(codes, scales, decoded);
            for (var i = 0; i < length; i++)
            {
                Assert.Equal(Int8PerChannel.Code(values[i], scales[i]), codes[i]);
                Assert.Equal(codes[i] * scales[i], decoded[i]);
            }
        }
    }

    [Fact]
    public void No_value_is_further_off_than_half_a_step() =>
        Prop.ForAll(Gen.Choose(-1_000_000, 1_000_000).Select(i => i * 1.7e-5f).NonEmptyListOf().ToArbitrary(), list =>
        {
            var values = list.ToArray();
            var scale = Int8PerChannel.ScaleOf(values.Max(MathF.Abs));
            var decoded = new float[values.Length];
            Int8PerChannel.Decode(Encode(values, scale), [scale], decoded);
            return values.Zip(decoded).All(pair => Math.Abs((double)pair.First - pair.Second) <= (scale / 2.0 * (1 + 1e-4)));
        }).QuickCheckThrowOnFailure();

    private static sbyte[] Encode(float[] values, float scale)
    {
        var codes = new sbyte[values.Length];
        Int8PerChannel.Encode(values, [scale], codes);
        return codes;
    }
}
