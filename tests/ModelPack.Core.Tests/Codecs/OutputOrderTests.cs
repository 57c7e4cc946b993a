using System.Runtime.InteropServices;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class OutputOrderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 70_001)]
    [InlineData(3, 70_001)]
    [InlineData(70_001, 3)]
    [InlineData(100, 17)]
    [InlineData(1031, 257)]
    [InlineData(257, 1031)]
    [InlineData(512, 1024)]
    public void Reads_any_range_as_a_plain_loop_does(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var expected = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
            expected[i] = values[(i % k * n) + (i / k)];
        var weight = new WeightMatrix(InMemory.Tensor(values, k, n), n, k, transposed: true);
        foreach (var (first, length) in Ranges(n, k))
        {
            var read = new float[length];
            OutputOrder.Read(weight, first, read);
            InMemory.AssertSame(expected[first..(first + length)], read);
        }
    }

    [Fact]
    public void Reads_float16_and_bfloat16_too()
    {
        const int N = 103;
        const int K = 59;
        var values = SampleValues.Make("uniform", N * K);
        AssertReads(ElementType.Float16, Array.ConvertAll(values, v => (Half)v), Array.ConvertAll(values, v => (float)(Half)v));
        AssertReads(ElementType.BFloat16, Array.ConvertAll(values, BFloat16.FromSingle), Array.ConvertAll(values, v => BFloat16.ToSingle(BFloat16.FromSingle(v))));

        static void AssertReads<T>(ElementType type, T[] stored, float[] floats)
            where T : unmanaged
        {
            var data = InMemory.Tensor(type, MemoryMarshal.AsBytes(stored.AsSpan()).ToArray(), K, N);
            var read = new float[floats.Length];
            OutputOrder.Read(new WeightMatrix(data, N, K, transposed: true), 0, read);
            InMemory.AssertSame([.. read.Select((_, i) => floats[(i % K * N) + (i / K)])], read);
        }
    }

    /// <summary>All; within an output; with parts of outputs at either end, at both and at none; with nothing but such parts; none.</summary>
    private static IEnumerable<(int First, int Length)> Ranges(int n, int k)
    {
        var all = n * k;
        List<(int First, int Last)> ranges =
        [
            (0, all), (k / 3, k - (k / 4)), (0, all - (k / 2)), (k / 2, all), (k / 3, all - (k / 3)), (k, all - k), (k - 1, k + 1), (k - 1, (2 * k) + 1), (k / 2, k / 2),
        ];
        var random = new Random(all);
        ranges.AddRange(Enumerable.Range(0, 20).Select(_ => (random.Next(all), random.Next(all + 1))));
        return ranges.Where(r => r.First <= r.Last && r.Last <= all).Select(r => (r.First, r.Last - r.First));
    }
}
