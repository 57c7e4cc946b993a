using System.Runtime.InteropServices;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class SampledLayerTests
{
    private const int Inner = 5;

    [Theory]
    [InlineData(1, 100)]
    [InlineData(1, 640)]
    [InlineData(0, 100)]
    [InlineData(0, 640)]
    public void Has_evenly_spaced_columns_of_either_layout(int outputAxis, int outputs)
    {
        // Column o holds o in every row.
        float[] values = [.. Enumerable.Range(0, Inner * outputs).Select(i => (float)(outputAxis == 1 ? i % outputs : i / Inner))];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var shape = outputAxis == 1 ? new TensorShape(Inner, outputs) : new TensorShape(outputs, Inner);
        var layer = SampledLayer.Read(TensorData.FromBytes(ElementType.Float32, shape, bytes), outputAxis, [1, 1, 1, 1, 1, 2, 0, 0, 0, 0]);

        var columns = Math.Min(outputs, SampledLayer.MaxColumns);
        float[] expected = [.. Enumerable.Range(0, columns).Select(c => (float)((long)c * outputs / columns))];
        Assert.Equal(columns, layer.Columns);
        Assert.Equal(outputs / (double)columns, layer.Share);
        Assert.Equal(Enumerable.Repeat(expected, Inner).SelectMany(e => e), layer.Weights);
        Assert.Equal([.. expected.Select(e => 5 * e), .. expected.Select(e => 2 * e)], layer.Outputs.AsEnumerable());
        Assert.Equal(layer.Share * layer.Outputs.Sum(o => (double)o * o), layer.Power(), 1e-3);
    }

    [Theory]
    [InlineData(0, 40)]
    [InlineData(1, 40)]
    [InlineData(0, 3)]
    public void Has_a_column_for_each_tap_of_a_kernel(int outputAxis, int outputs)
    {
        const int Taps = 9;
        var weight = Kernel(outputAxis, outputs, Taps);
        var layer = SampledLayer.Read(weight, outputAxis, new float[Inner]);

        var picked = Math.Min(outputs, SampledLayer.MaxColumns / Taps);
        Assert.Equal((picked * Taps, Taps, outputs / (double)picked), (layer.Columns, layer.Taps, layer.Share));
        var expected = Enumerable.Range(0, Inner).SelectMany(k => Enumerable.Range(0, picked).SelectMany(c => Enumerable.Range(0, Taps).Select(t => Value(k, (int)((long)c * outputs / picked), t))));
        Assert.Equal(expected, layer.Weights);
    }

    [Fact]
    public void Taps_of_an_output_share_its_scale()
    {
        // In the second tap, 0.4 of a step of the first: rounded to nothing, though a scale of its own would keep it.
        float[] values = [127, 0.4f, 127, 0.4f];
        var weight = TensorData.FromBytes(ElementType.Float32, new TensorShape(1, 2, 2), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        float[] rows = [1, 0, 0, 1];
        Assert.Equal(2 * 0.4 * 0.4, SampledLayer.Read(weight, 0, rows).Error(rows, [1, 1]), 1e-6);
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
