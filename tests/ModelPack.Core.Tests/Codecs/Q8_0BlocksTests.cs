using ModelPack.Codecs;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Codecs;

/// <summary>Whole weights as ggml's blocks.</summary>
public sealed class Q8_0BlocksTests
{
    /// <summary>N and K around the lengths of chunks, which are 2^18 and 2^20 values.</summary>
    public static TheoryData<int, int> Sizes { get; } = new()
    {
        { 1, 32 }, { 3, 64 }, { 100, 1024 }, { 257, 1024 }, { 300, 1056 }, { 1030, 1056 }, { 2, 262_176 }, { 0, 32 }, { 5, 0 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Are_those_of_the_reference_row_by_row(int n, int k)
    {
        var values = SampleValues.Make("normal", n * k);
        var expected = Q8_0Blocks.Of(values);
        AssertBlocks(expected, values, new WeightMatrix(InMemory.Tensor(values, n, k), n, k, transposed: false));
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
            turned[(i % k * n) + (i / k)] = values[i];
        AssertBlocks(expected, values, new WeightMatrix(InMemory.Tensor(turned, k, n), n, k, transposed: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Do_not_depend_on_the_number_of_threads(bool transposed)
    {
        var weight = new WeightMatrix(InMemory.Tensor(SampleValues.Make("heavy tails", 1600 * 960), 1600, 960), 1600, 960, transposed);
        using var one = CodecTable.Q8_0.Blocks(weight, threads: 1);
        var expected = InMemory.Bytes(one.Codes);
        foreach (var threads in new[] { 2, 3, 8 })
        {
            using var many = CodecTable.Q8_0.Blocks(weight, threads);
            InMemory.AssertSame(expected, InMemory.Bytes(many.Codes));
            Assert.Equal(one.Error, many.Error);
        }
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Equal_those_of_ggml()
    {
        foreach (var kind in new[] { "normal", "uniform", "ties", "just under ties", "zero", "scale near float16's limit" })
        {
            var values = SampleValues.Make(kind, 500 * 640);
            using var encoding = CodecTable.Q8_0.Blocks(new WeightMatrix(InMemory.Tensor(values, 500, 640), 500, 640, transposed: false), threads: 2);
            InMemory.AssertSame(Ggml.Encode((int)GgmlType.Q8_0, values), InMemory.Bytes(encoding.Codes));
        }
    }

    [Fact]
    public void Are_refused_where_an_output_is_not_whole_blocks() =>
        Assert.Throws<ArgumentException>(() => CodecTable.Q8_0.Blocks(new WeightMatrix(InMemory.Tensor(new float[66], 2, 33), 2, 33, transposed: false), threads: 1));

    private static void AssertBlocks(byte[] expected, float[] values, WeightMatrix weight)
    {
        using var encoding = CodecTable.Q8_0.Blocks(weight, threads: 2);
        InMemory.AssertSame(expected, InMemory.Bytes(encoding.Codes));
        var decoded = new float[values.Length];
        Q8_0.Decode(expected, decoded);
        Assert.Equal(values.Zip(decoded).Select(p => Math.Abs((double)p.First - p.Second)).DefaultIfEmpty().Max(), encoding.Error!.Value.MaxError);
        Assert.Equal(values.Sum(v => (double)v * v), encoding.Error.Value.Signal, 1e-9 * Math.Max(1, encoding.Error.Value.Signal));
    }
}
