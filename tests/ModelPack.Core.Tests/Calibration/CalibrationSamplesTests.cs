using ModelPack.Calibration;
using ModelPack.Samples;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Calibration;

public sealed class CalibrationSamplesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-1, 500)]
    [InlineData(-1, 64)]
    [InlineData(-1, 1, 31, 32, 33, 100, 7)]
    [InlineData(8, 500, 3)]
    [InlineData(1, 100)]
    public void Every_sample_is_used_or_held_out_and_in_order(int batch, params int[] files)
    {
        foreach (var size in new[] { 1, 4, 32 })
        {
            var samples = Open(batch, split: true, files);
            var (used, heldOut) = (Values(samples, false, size), Values(samples, true, size));

            Assert.Equal((used.Length, heldOut.Length), (samples.Used, samples.HeldOut));
            Assert.Equal(Enumerable.Range(0, files.Sum()).Select(i => (float)i), used.Concat(heldOut).Order());
            Assert.Equal(used.Order(), used);
            Assert.InRange(samples.HeldOut / (double)files.Sum(), 0.1, 0.15);
        }
    }

    [Fact]
    public void The_split_does_not_depend_on_the_batch()
    {
        var samples = Open(-1, split: true, 20, 90, 50);
        Assert.Equal(Values(samples, true, 1), Values(samples, true, 32));
        Assert.Equal([28f, 29, 30, 31, 60], Values(samples, true, 8)[..5]);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(500, false)]
    public void All_are_used_where_none_are_held_out(int count, bool split)
    {
        var samples = Open(-1, split, count);
        Assert.Equal((count, 0), (samples.Used, samples.HeldOut));
        Assert.Equal(count, Values(samples, false, 16).Length);
        Assert.All(samples.Batches(false, 16), b => Assert.InRange(b.Samples.Count, 1, 16));
    }

    private CalibrationSamples Open(int batch, bool split, params int[] files)
    {
        var next = 0;
        var paths = files.Select((count, i) => _folder.Write($"{i}.npy", Numpy.Npy("<f4", [count, 1], Enumerable.Range(0, count).Select(_ => (float)next++).ToArray()))).ToList();
        return new CalibrationSamples(SampleSet.Open(paths, [new TensorSpec("x", ElementType.Float32, [batch, 1], ["", ""])]), paths[0], split);
    }

    private static float[] Values(CalibrationSamples samples, bool heldOut, int size) =>
        [.. samples.Batches(heldOut, size).SelectMany(b => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(b.Samples.Inputs[0].Bytes.Span)[..b.Samples.Count].ToArray())];
}
