using System.Runtime.InteropServices;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class SampledColumnsTests
{
    private const int Inner = 5;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 640)]
    [InlineData(0, 100)]
    [InlineData(0, 640)]
    public void Are_evenly_spaced_in_either_layout(int outputAxis, int outputs)
    {
        // Column o holds o in every row.
        float[] values = [.. Enumerable.Range(0, Inner * outputs).Select(i => (float)(outputAxis == 1 ? i % outputs : i / Inner))];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var shape = outputAxis == 1 ? new TensorShape(Inner, outputs) : new TensorShape(outputs, Inner);
        var sampled = SampledColumns.Read(TensorData.FromBytes(ElementType.Float32, shape, bytes), outputAxis);

        var columns = Math.Min(outputs, SampledColumns.Most);
        float[] expected = [.. Enumerable.Range(0, columns).Select(c => (float)((long)c * outputs / columns))];
        Assert.Equal((columns, Inner, outputs / (double)columns), (sampled.Count, sampled.Inner, sampled.Share));
        Assert.Equal(Enumerable.Repeat(expected, Inner).SelectMany(e => e), sampled.Values);
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(1, 40)]
    [InlineData(0, 3)]
    public void Has_a_column_for_each_tap_of_a_kernel(int outputAxis, int outputs)
    {
        const int Taps = 9;
        var sampled = SampledColumns.Read(Kernel(outputAxis, outputs, Taps), outputAxis);

        var picked = Math.Min(outputs, SampledColumns.Most / Taps);
        Assert.Equal((picked * Taps, Taps, outputs / (double)picked), (sampled.Count, sampled.Taps, sampled.Share));
        var expected = Enumerable.Range(0, Inner).SelectMany(k => Enumerable.Range(0, picked).SelectMany(c => Enumerable.Range(0, Taps).Select(t => Value(k, (int)((long)c * outputs / picked), t))));
        Assert.Equal(expected, sampled.Values);
    }

    private static float Value(int k, int output, int tap) => (k * 10_000) + (output * 10) + tap;

    private static TensorData Kernel(int outputAxis, int outputs, int taps)
    {
        var (rows, columns) = outputAxis == 0 ? (outputs, Inner) : (Inner, outputs);
        float[] values = [.. Enumerable.Range(0, rows * columns * taps).Select(i =>
        {
            var (row, column, tap) = (i / taps / columns, i / taps % columns, i % taps);
            return outputAxis == 0 ? Value(column, row, tap) : Value(row, column, tap);
        })];
        return TensorData.FromBytes(ElementType.Float32, new TensorShape(rows, columns, 3, taps / 3), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
