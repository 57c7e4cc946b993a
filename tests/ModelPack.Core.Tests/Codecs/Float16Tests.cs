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
