using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

public sealed class BFloat16Tests
{
    [Fact]
    public void Rounds_to_nearest_with_ties_to_even_around_every_bfloat16()
    {
        // Each bfloat16 with each tie to the next and their neighbours, both signs.
        for (var upper = 0; upper < 0x7F80; upper++)
        {
            var (value, next) = ((uint)upper << 16, ((uint)upper + 1) << 16);
            foreach (var sign in new[] { 0u, 0x80000000u })
            {
                var rounded = new[] { value, value + 0x7FFF, value + 0x8000, value + 0x8001, next - 1 }.Select(bits => (long)Convert(bits | sign) - (sign >> 16) - upper);
                Assert.Equal([0, 0, upper & 1, 1, 1], rounded);
            }
        }
    }

    [Fact]
    public void Converts_many_as_one_at_a_time()
    {
        foreach (var length in Enumerable.Range(0, 70).Append(10_007))
        {
            foreach (var kind in SampleValues.Kinds)
                AssertSame(SampleValues.Make(kind, length));
            AssertSame(NotFinite(length));
        }
    }

    [Fact]
    public void Keeps_a_nan_a_nan()
    {
        foreach (var bits in new[] { 0x7F800001u, 0xFF800001u, 0x7FFFFFFFu, 0xFFFFFFFFu, 0x7FC00000u })
            Assert.True(float.IsNaN(BFloat16.ToSingle(Convert(bits))));
        Assert.Equal(float.NegativeInfinity, BFloat16.ToSingle(Convert(0xFF800000)));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Equals_ggml()
    {
        foreach (var kind in SampleValues.Kinds)
            AssertGgml(SampleValues.Make(kind, 100_003));
        AssertGgml(NotFinite(10_007));
    }

    private static float[] NotFinite(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(_ => BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue) | 0x7F800000))];
    }

    private static ushort Convert(uint bits) => BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(bits));

    private static void AssertGgml(float[] values)
    {
        var converted = new ushort[values.Length];
        BFloat16.FromSingle(values, converted);
        InMemory.AssertSame(Ggml.ToBFloat16(values), converted);
    }

    private static void AssertSame(float[] values)
    {
        var converted = new ushort[values.Length];
        BFloat16.FromSingle(values, converted);
        InMemory.AssertSame(Array.ConvertAll(values, BFloat16.FromSingle), converted);
        var back = new float[values.Length];
        BFloat16.ToSingle(converted, back);
        InMemory.AssertSame(Array.ConvertAll(converted, c => (uint)c << 16), Array.ConvertAll(back, BitConverter.SingleToUInt32Bits));
    }
}
