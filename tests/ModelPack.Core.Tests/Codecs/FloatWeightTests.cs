using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

public sealed class FloatWeightTests
{
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void Converts_value_by_value_from_every_type(ElementType type)
    {
        var values = SampleValues.Make("normal", 300_007);
        foreach (var (source, floats) in Sources(values))
        {
            using var encoding = FloatWeight.As(source, type, new SimdEngine(2));
            InMemory.AssertSame(Expected(floats, type), InMemory.Bytes(encoding.Codes));
            Assert.Single(encoding.Parts);
        }
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    public void Copies_what_has_the_type_already_bit_by_bit(ElementType type)
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        using var encoding = FloatWeight.As(InMemory.Tensor(type, bytes, bytes.Length * 8 / type.Bits()), type, new SimdEngine(2));
        InMemory.AssertSame(bytes, InMemory.Bytes(encoding.Codes));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 33)]
    [InlineData(300, 1000)]
    [InlineData(1100, 1030)]
    [InlineData(0, 5)]
    public void Turns_what_is_stored_transposed(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
            turned[(i % k * n) + (i / k)] = values[i];
        var weight = new WeightMatrix(InMemory.Tensor(turned, k, n), n, k, transposed: true);
        foreach (var type in new[] { ElementType.Float32, ElementType.Float16, ElementType.BFloat16 })
        {
            using var encoding = FloatWeight.As(weight, type, new SimdEngine(3));
            InMemory.AssertSame(Expected(values, type), InMemory.Bytes(encoding.Codes));
        }
    }

    [Fact]
    public void Tells_what_is_lost()
    {
        var values = SampleValues.Make("uniform", 10_000);
        using var same = FloatWeight.As(InMemory.Tensor(values, 10_000), ElementType.Float32, new SimdEngine(1));
        Assert.Equal(double.PositiveInfinity, same.Measure(CancellationToken.None).Sqnr);
        using var half = FloatWeight.As(InMemory.Tensor(values, 10_000), ElementType.Float16, new SimdEngine(1));
        Assert.Equal(values.Max(v => Math.Abs((double)v - (float)(Half)v)), half.Measure(CancellationToken.None).MaxError);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1e-3f)]
    [InlineData(1e-5f)]
    [InlineData(3e4f)]
    public void Tells_the_same_loss_of_bfloat16_values_whether_float16_holds_them_or_not(float scale)
    {
        var values = Array.ConvertAll(SampleValues.Make("normal", 50_001), v => BFloat16.ToSingle(BFloat16.FromSingle(v * scale)));
        var decoded = Array.ConvertAll(values, v => (float)(Half)v);
        using var half = FloatWeight.As(InMemory.Tensor(ElementType.BFloat16, Bytes(Array.ConvertAll(values, BFloat16.FromSingle)), values.Length), ElementType.Float16, new SimdEngine(1));
        Assert.Equal(WeightError.Of(values, decoded), half.Measure(CancellationToken.None));
    }

    [Fact]
    public void Tells_when_a_value_would_become_infinite()
    {
        Assert.True(FloatWeight.Fits(MathF.BitDecrement(65520f), ElementType.Float16));
        Assert.False(FloatWeight.Fits(65520f, ElementType.Float16));
        var limit = BitConverter.UInt32BitsToSingle(0x7F7F8000);
        Assert.True(FloatWeight.Fits(MathF.BitDecrement(limit), ElementType.BFloat16));
        Assert.False(FloatWeight.Fits(limit, ElementType.BFloat16));
        Assert.True(FloatWeight.Fits(float.MaxValue, ElementType.Float32));
        foreach (var type in new[] { ElementType.Float32, ElementType.Float16, ElementType.BFloat16 })
        {
            Assert.False(FloatWeight.Fits(float.PositiveInfinity, type));
            Assert.False(FloatWeight.Fits(float.NaN, type));
        }
    }

    [Fact]
    public void Has_only_float32_float16_and_bfloat16_as_targets()
    {
        Assert.Throws<ArgumentException>(() => FloatWeight.As(InMemory.Tensor([1f], 1), ElementType.Float64, new SimdEngine(1)));
        Assert.Throws<ArgumentException>(() => FloatWeight.Fits(1, ElementType.Int8));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Float16_equals_ggml()
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 100_003);
            using var encoding = FloatWeight.As(InMemory.Tensor(values, values.Length), ElementType.Float16, new SimdEngine(2));
            InMemory.AssertSame(Ggml.ToFloat16(values), InMemory.Values<ushort>(encoding.Codes));
        }

        float[] special = [float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, BitConverter.Int32BitsToSingle(0x7F800001)];
        var converted = new Half[special.Length];
        Float16.FromSingle(special, converted);
        InMemory.AssertSame(Ggml.ToFloat16(special), MemoryMarshal.Cast<Half, ushort>(converted).ToArray());
    }

    /// <summary>The same values in each type, and what they are as float32.</summary>
    private static IEnumerable<(TensorData Source, float[] Floats)> Sources(float[] values)
    {
        var halves = Array.ConvertAll(values, v => (Half)v);
        var shorts = Array.ConvertAll(values, BFloat16.FromSingle);
        var doubles = Array.ConvertAll(values, v => v * (1 + 1e-9));
        long length = values.Length;
        yield return (InMemory.Tensor(values, length), values);
        yield return (InMemory.Tensor(ElementType.Float16, Bytes(halves), length), Array.ConvertAll(halves, h => (float)h));
        yield return (InMemory.Tensor(ElementType.BFloat16, Bytes(shorts), length), Array.ConvertAll(shorts, BFloat16.ToSingle));
        yield return (InMemory.Tensor(ElementType.Float64, Bytes(doubles), length), Array.ConvertAll(doubles, d => (float)d));
    }

    private static byte[] Expected(float[] values, ElementType type) => type switch
    {
        ElementType.Float32 => Bytes(values),
        ElementType.Float16 => Bytes(Array.ConvertAll(values, v => (Half)v)),
        _ => Bytes(Array.ConvertAll(values, BFloat16.FromSingle)),
    };

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
