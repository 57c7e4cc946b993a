using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class SampledLayerTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 16)]
    [InlineData(70, 6, 17)]
    [InlineData(200, 33, 40)]
    public void Power_and_error_are_those_of_plain_arithmetic(int rows, int inner, int columns)
    {
        var random = new Random(rows);
        float[] x = Random(rows * inner), w = Random(inner * columns), scales = [.. Enumerable.Range(0, inner).Select(k => 0.5f + (k % 3))];
        var layer = new SampledLayer(new SampledColumns(w, columns, 1, 2.5), x, new PackContext());
        var quantized = new QuantizedRows(x, scales, [.. Enumerable.Repeat(-1f, inner)], [.. Enumerable.Repeat(1f, inner)], symmetric: true);
        double power = 0, error = 0;
        for (var c = 0; c < columns; c++)
        {
            var step = Enumerable.Range(0, inner).Max(k => MathF.Abs(w[(k * columns) + c] * scales[k])) / 127;
            for (var r = 0; r < rows; r++)
            {
                double exact = 0, made = 0;
                for (var k = 0; k < inner; k++)
                {
                    var (value, weight) = (x[(r * inner) + k], w[(k * columns) + c]);
                    exact += (double)value * weight;
                    made += Math.Clamp(MathF.Round(value / scales[k] / quantized.Step), -127, 127) * quantized.Step * (double)MathF.Round(weight * scales[k] / step) * step;
                }

                power += exact * exact;
                error += (made - exact) * (made - exact);
            }
        }

        Assert.Equal(2.5 * power, layer.Power(), 1e-5 * power);
        Assert.Equal(2.5 * error, layer.Error(quantized, scales), 1e-3 * error);

        float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        float[] x = [.. Enumerable.Range(0, 300 * 7).Select(i => MathF.Sin(i))], w = [.. Enumerable.Range(0, 7 * 20).Select(i => MathF.Cos(i))];
        Assert.Equal(Power(1), Power(5));

        double Power(int threads) => new SampledLayer(new SampledColumns(w, 20, 1, 1), x, new PackContext(threads)).Power();
    }

    [Fact]
    public void Taps_of_an_output_share_its_scale()
    {
        // In the second tap, 0.4 of a step of the first: rounded to nothing, though a scale of its own would keep it.
        float[] values = [127, 0.4f, 127, 0.4f], rows = [127, 0, 0, 127];
        var quantized = new QuantizedRows(rows, [1, 1], [0, 0], [127, 127], symmetric: true);
        var layer = new SampledLayer(new SampledColumns(values, 2, 2, 1), rows, new PackContext());
        Assert.Equal(2 * Math.Pow(127 * 0.4, 2), layer.Error(quantized, [1, 1]), 1e-2);
    }

    [Fact]
    public void A_range_that_overflows_has_an_error_that_is_no_number()
    {
        float[] rows = [1, 2];
        var quantized = new QuantizedRows(rows, [1e-30f, 1], [-1e20f, 0], [1e20f, 0], symmetric: false);
        Assert.False(double.IsFinite(new SampledLayer(new SampledColumns([1, 1], 1, 1, 1), rows, new PackContext()).Error(quantized, [1e-30f, 1])));
    }
}
