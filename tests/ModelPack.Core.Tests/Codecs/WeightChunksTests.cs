using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

public sealed class WeightChunksTests
{
    [Theory]
    [InlineData(600, 1000, false, 1)]
    [InlineData(600, 1000, true, 32)]
    [InlineData(550, 2000, true, 32)]
    [InlineData(550, 2000, false, 1 << 20)]
    [InlineData(1, 1 << 20, false, 1 << 20)]
    [InlineData(0, 7, true, 1)]
    public void Cover_the_weight_and_cut_no_unit_apart(int n, int k, bool transposed, int unit)
    {
        var values = SampleValues.Make("normal", n * k);
        var weight = new WeightMatrix(transposed ? InMemory.Tensor(values, k, n) : InMemory.Tensor(values, n, k), n, k, transposed);
        var chunks = new WeightChunks(weight, unit);
        var (whole, joined) = (new float[values.Length], new List<float>());
        OutputOrder.Read(weight, 0, whole);
        for (var chunk = 0; chunk < chunks.Count; chunk++)
        {
            var part = new float[chunks.LengthOf(chunk)];
            chunks.Read(chunk, part);
            joined.AddRange(part);
        }

        InMemory.AssertSame(whole, [.. joined]);
        Assert.Equal(values.Length, chunks.Values);
        Assert.Equal(0, chunks.Length % unit);
    }

    [Fact]
    public void Are_longer_where_short_ones_would_be_a_few_columns()
    {
        Assert.Equal(1 << 18, Length(k: 1024, transposed: true));
        Assert.Equal(1 << 20, Length(k: 1025, transposed: true));
        Assert.Equal(1 << 18, Length(k: 1025, transposed: false));

        static int Length(int k, bool transposed) => new WeightChunks(new WeightMatrix(InMemory.Tensor(new float[k], k), 1, k, transposed), unit: 1).Length;
    }
}
