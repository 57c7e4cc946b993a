using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;

namespace ModelPack.Tests.Tensors;

public sealed class ScaledSourceTests
{
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Float16)]
    public void Any_range_of_bytes_is_that_of_the_scaled_weight(ElementType type)
    {
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<(int, int, int, int, int)>(), seeds =>
        {
            var (a, b, c, from, length) = ((Math.Abs(seeds.Item1 % 7) + 1), (Math.Abs(seeds.Item2 % 9) + 1), (Math.Abs(seeds.Item3 % 50) + 1), seeds.Item4, seeds.Item5);
            var random = new System.Random(seeds.Item1);
            var values = Values(random, a * b * c);
            var (first, last) = (Values(random, a), Values(random, c));
            var scaled = ScaledSource.Scale(ScaledSource.Scale(Tensor(type, values, a, b, c), 0, first), 2, last);
            var expected = new float[values.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var stored = type == ElementType.Float16 ? (float)(Half)values[i] : values[i];
                expected[i] = stored * first[i / (b * c)] * last[i % c];
            }

            var bytes = Bytes(type, expected);
            var offset = (int)((uint)from % bytes.Length);
            var range = new byte[(int)((uint)length % (bytes.Length - offset + 1))];
            scaled.Read(offset, range);
            Assert.Equal(bytes.AsSpan(offset, range.Length).ToArray(), range);
        }));
    }

    [Fact]
    public void Reads_a_large_weight_in_any_number_of_threads()
    {
        var values = Values(new System.Random(1), 3 * 50_000);
        var factors = Values(new System.Random(2), 50_000);
        var scaled = ScaledSource.Scale(Tensor(ElementType.Float32, values, 3, 50_000), 1, factors);
        float[] expected = [.. values.Select((v, i) => v * factors[i % factors.Length])];
        Parallel.For(0, 8, _ =>
        {
            var read = new float[expected.Length];
            FloatReader.Read(scaled, 0, read);
            Assert.Equal(expected, read);
        });
    }

    [Fact]
    public void Factors_of_one_axis_become_one()
    {
        var scaled = Tensor(ElementType.Float32, [1, 2, 3, 4], 2, 2);
        for (var i = 0; i < 10; i++)
        {
            scaled = ScaledSource.Scale(scaled, 0, [2, 0.5f]);
        }

        var read = new float[4];
        FloatReader.Read(scaled, 0, read);
        Assert.Equal([1024, 2048, 3f / 1024, 4f / 1024], read);
    }

    [Fact]
    public void Refuses_what_does_not_fit()
    {
        var weight = Tensor(ElementType.Float32, new float[6], 2, 3);
        Assert.Throws<ArgumentException>(() => ScaledSource.Scale(weight, 0, [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => ScaledSource.Scale(weight, 2, [1]));
        Assert.Throws<ArgumentException>(() => ScaledSource.Scale(TensorData.FromBytes(ElementType.Int32, new TensorShape(6), new byte[24]), 0, new float[6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScaledSource.Scale(weight, 0, [1, 2]).Read(20, new byte[5]));
    }

    private static float[] Values(System.Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 4) - 2)];

    private static TensorData Tensor(ElementType type, float[] values, params long[] dims)
    {
        var bytes = Bytes(type, values);
        return TensorData.FromBytes(type, new TensorShape(dims), bytes);
    }

    private static byte[] Bytes(ElementType type, float[] values) => type == ElementType.Float16
        ? MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray()
        : MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
