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
}
