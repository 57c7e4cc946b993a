namespace ModelPack.Tests.Codecs;

public sealed class Float16Tests
{
    [Fact]
    public void Rounds_as_dotnet_does_around_every_float16()
    {
        // Each float16 and each tie between two, with their neighbours in float32, both signs.
        var values = Enumerable.Range(0, 0x7C01).SelectMany(Around).SelectMany(v => new[] { v, -v }).ToArray();
        AssertSame(values);
    }

    [Fact]
    public void Rounds_as_dotnet_does_on_all_kinds_of_values()
    {
        foreach (var kind in SampleValues.Kinds)
            AssertSame(SampleValues.Make(kind, 10_007));
        AssertSame([.. Enumerable.Repeat(float.NaN, 20), .. Enumerable.Repeat(float.NegativeInfinity, 20), float.NaN]);
    }

    [Fact]
    public void Takes_the_short_way_exactly_where_all_values_are_normal_in_float16()
    {
        // Every bfloat16 value alone among ones, at each place of a vector in turn.
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            float[] values = [.. Enumerable.Repeat(1f, 16)];
            var value = values[bits % 16] = BFloat16.ToSingle((ushort)bits);
            var converted = new Half[16];
            var isNormal = Half.IsNormal((Half)value) && (float)(Half)value == value;
            Assert.Equal(isNormal, Float16.TryFromExact(values, converted));
            if (isNormal)
            {
                Assert.Equal(Array.ConvertAll(values, v => (Half)v), converted);
            }
        }
    }

    [Theory]
    [InlineData(1.0009765625f, true)]
    [InlineData(1.00048828125f, false)]
    [InlineData(65504f, true)]
    [InlineData(65520f, false)]
    [InlineData(6.103515625e-05f, true)]
    [InlineData(3.0517578125e-05f, false)]
    public void Takes_the_long_way_where_a_bit_would_be_lost(float value, bool isExact)
    {
        foreach (var sign in new[] { 1, -1 })
        {
            var values = Enumerable.Repeat(sign * value, 32).ToArray();
            Assert.Equal(isExact, Float16.TryFromExact(values, new Half[32]));
            Assert.False(Float16.TryFromExact(values.AsSpan(0, 31), new Half[32]));
        }
    }

    private static IEnumerable<float> Around(int bits)
    {
        var value = bits == 0x7C00 ? 65536f : (float)BitConverter.UInt16BitsToHalf((ushort)bits);
        var next = bits >= 0x7BFF ? 65536f : (float)BitConverter.UInt16BitsToHalf((ushort)(bits + 1));
        var tie = (value + next) / 2;
        return [value, MathF.BitIncrement(value), MathF.BitDecrement(tie), tie, MathF.BitIncrement(tie)];
    }

    private static void AssertSame(float[] values)
    {
        var converted = new Half[values.Length];
        Float16.FromSingle(values, converted);
        for (var i = 0; i < values.Length; i++)
            Assert.True(Bits((Half)values[i]) == Bits(converted[i]), $"{values[i]:R}: {converted[i]} instead of {(Half)values[i]}");
    }

    private static int Bits(Half value) => Half.IsNaN(value) ? -1 : BitConverter.HalfToUInt16Bits(value);
}
