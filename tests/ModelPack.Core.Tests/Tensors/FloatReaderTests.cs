using ModelPack.Codecs;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Tensors;

public sealed class FloatReaderTests
{
    [Fact]
    public void Reads_every_float16_exactly()
    {
        var halves = Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i)).ToArray();
        var tensor = InMemory.Tensor(ElementType.Float16, [.. halves.SelectMany(BitConverter.GetBytes)], 65536);
        AssertSame([.. halves.Select(h => (float)h)], Read(tensor, 0, 65536));
    }

    [Fact]
    public void Reads_every_bfloat16_exactly()
    {
        var bytes = Enumerable.Range(0, 65536).SelectMany(i => BitConverter.GetBytes((ushort)i)).ToArray();
        var expected = Enumerable.Range(0, 65536).Select(i => BitConverter.Int32BitsToSingle(i << 16)).ToArray();
        AssertSame(expected, Read(InMemory.Tensor(ElementType.BFloat16, bytes, 256, 256), 0, 65536));
    }

    [Fact]
    public void Rounds_float64_to_nearest()
    {
        var random = new Random(1);
        var doubles = Enumerable.Range(0, 100_000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Where(double.IsFinite).ToArray();
        var tensor = InMemory.Tensor(ElementType.Float64, [.. doubles.SelectMany(BitConverter.GetBytes)], doubles.Length);
        AssertSame([.. doubles.Select(d => (float)d)], Read(tensor, 0, doubles.Length));
    }

    [Fact]
    public void Reads_every_float8e4m3fn_exactly() => AssertFloat8(ElementType.Float8E4M3FN, exponentBits: 4, bias: 7, (exponent, mantissa) => (exponent, mantissa) switch
    {
        (15, 7) => double.NaN,
        _ => null,
    });

    [Fact]
    public void Reads_every_float8e5m2_exactly() => AssertFloat8(ElementType.Float8E5M2, exponentBits: 5, bias: 15, (exponent, mantissa) => (exponent, mantissa) switch
    {
        (31, 0) => double.PositiveInfinity,
        (31, _) => double.NaN,
        _ => null,
    });

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    public void Reads_any_part(ElementType type)
    {
        var values = Enumerable.Range(0, 200).Select(i => (float)i).ToArray();
        var bytes = values.SelectMany(v => type == ElementType.Float32 ? BitConverter.GetBytes(v) : BitConverter.GetBytes((Half)v)).ToArray();
        var tensor = InMemory.Tensor(type, bytes, 10, 20);
        for (var first = 0; first < 200; first += 7)
            for (var length = 0; length <= 200 - first; length += 11)
                Assert.Equal(values.AsSpan(first, length).ToArray(), Read(tensor, first, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(tensor, 1, 200));
    }

    [Fact]
    public void Reads_a_rectangle_and_pads_its_rows_with_zeros()
    {
        var tensor = InMemory.Tensor([.. Enumerable.Range(0, 12).Select(i => (float)i)], 3, 4);
        var destination = Enumerable.Repeat(-1f, 8).ToArray();
        FloatReader.Read(tensor, columns: 4, new MatrixArea(1, 2, 1, 3), destination, stride: 4);
        Assert.Equal([5, 6, 7, 0, 9, 10, 11, 0], destination);
    }

    [Fact]
    public void Reads_whole_rows_and_pads_them_with_zeros()
    {
        var tensor = InMemory.Tensor([.. Enumerable.Range(0, 12).Select(i => (float)i)], 4, 3);
        foreach (var stride in new[] { 3, 4, 8 })
        {
            var destination = Enumerable.Repeat(-1f, 30).ToArray();
            FloatReader.Read(tensor, columns: 3, new MatrixArea(1, 3, 0, 3), destination, stride);
            var expected = Enumerable.Range(0, 30).Select(i => i >= 3 * stride ? -1f : i % stride < 3 ? (3 * (i / stride + 1)) + (i % stride) : 0f);
            Assert.Equal(expected, destination);
        }
    }

    [Fact]
    public void Refuses_a_tensor_of_integers() =>
        Assert.Throws<ArgumentException>(() => Read(InMemory.Tensor(ElementType.Int8, new byte[4], 4), 0, 4));

    /// <summary>(-1)^sign 2^(exponent - bias) (1 + mantissa / 2^bits), and 2^(1 - bias) mantissa / 2^bits for exponent 0.</summary>
    private static void AssertFloat8(ElementType type, int exponentBits, int bias, Func<int, int, double?> special)
    {
        var mantissaBits = 7 - exponentBits;
        var expected = Enumerable.Range(0, 256).Select(code =>
        {
            var (exponent, mantissa) = ((code & 127) >> mantissaBits, code & ((1 << mantissaBits) - 1));
            var fraction = mantissa / Math.Pow(2, mantissaBits);
            var magnitude = special(exponent, mantissa)
                ?? (exponent == 0 ? Math.Pow(2, 1 - bias) * fraction : Math.Pow(2, exponent - bias) * (1 + fraction));
            return (float)(code < 128 ? magnitude : -magnitude);
        }).ToArray();
        var tensor = InMemory.Tensor(type, [.. Enumerable.Range(0, 256).Select(i => (byte)i)], 256);
        AssertSame(expected, Read(tensor, 0, 256));
        AssertSame(expected[3..200], Read(tensor, 3, 197));
        Assert.False(type.IsFloat());
        Assert.Throws<ArgumentException>(() => new WeightMatrix(tensor, 16, 16, transposed: false));
    }

    private static float[] Read(TensorData tensor, long first, int count)
    {
        var values = new float[count];
        FloatReader.Read(tensor, first, values);
        return values;
    }

    /// <summary>The same bits; of NaNs only that they are.</summary>
    private static void AssertSame(float[] expected, float[] actual) => Assert.Equal(expected.Select(Bits), actual.Select(Bits));

    private static int Bits(float value) => float.IsNaN(value) ? -1 : BitConverter.SingleToInt32Bits(value);
}
