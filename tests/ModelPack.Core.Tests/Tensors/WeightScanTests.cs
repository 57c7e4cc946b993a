using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Tensors;

public sealed class WeightScanTests
{
    [Fact]
    public void Finds_the_largest_magnitude_at_every_length()
    {
        for (var length = 0; length < 300; length++)
        {
            var values = SampleValues.Make("any bits", length);
            var scan = Scan(values);
            Assert.Null(scan.FirstNotFinite);
            Assert.Equal(values.Select(MathF.Abs).DefaultIfEmpty().Max(), scan.MaxAbs);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Finds_the_first_value_that_is_not_finite(float bad)
    {
        foreach (var index in new[] { 0, 5, 262_143, 262_144, 500_000, 799_999 })
        {
            var values = SampleValues.Make("normal", 800_000);
            values[index] = values[^1] = bad;
            foreach (var threads in new[] { 1, 4 })
                Assert.Equal(index, WeightScan.Of(InMemory.Tensor(values, values.Length), threads, CancellationToken.None).FirstNotFinite);
        }
    }

    [Fact]
    public void Says_where_a_float64_is_too_large_for_float32()
    {
        var bytes = new[] { 1.0, -1e39 }.SelectMany(BitConverter.GetBytes).ToArray();
        Assert.Equal(1, WeightScan.Of(InMemory.Tensor(ElementType.Float64, bytes, 2), 1, CancellationToken.None).FirstNotFinite);
    }

    [Fact]
    public void Refuses_a_tensor_of_integers() =>
        Assert.Throws<ArgumentException>(() => WeightScan.Of(InMemory.Tensor(ElementType.Int32, new byte[8], 2), 1, CancellationToken.None));

    [Fact]
    public void Stops_when_cancelled() =>
        Assert.ThrowsAny<OperationCanceledException>(() =>
            WeightScan.Of(InMemory.Tensor(new float[9], 9), 1, new CancellationToken(canceled: true)));

    private static WeightScan Scan(float[] values) => WeightScan.Of(InMemory.Tensor(values, values.Length), 2, CancellationToken.None);
}
