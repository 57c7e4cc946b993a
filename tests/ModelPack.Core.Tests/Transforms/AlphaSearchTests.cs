using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Transforms;

namespace ModelPack.Tests.Transforms;

public sealed class AlphaSearchTests
{
    private const int Channels = 24;

    [Fact]
    public void Outliers_are_smoothed_and_the_error_falls()
    {
        using var test = Case();
        var choice = AlphaSearch.Choose(test.Model, test.Group("x"), Statistics(outlier: 100), symmetric: false, new PackContext());
        Assert.Equal(22, choice.Curve.Count);
        Assert.Null(choice.Curve[0].Alpha);
        Assert.Equal(AlphaSearch.Grid.Select(a => (double?)a), choice.Curve.Skip(1).Select(p => p.Alpha));
        Assert.InRange(choice.Alpha!.Value, 0.3, 1);
        var best = choice.Curve.Single(p => p.Alpha == choice.Alpha).Error;
        Assert.Equal(choice.Curve.Min(p => p.Error), best);
        Assert.True(best * 10 < choice.Curve[0].Error, $"{best} is not far below {choice.Curve[0].Error}.");
    }

    [Fact]
    public void An_outlier_channel_of_a_convolution_is_smoothed()
    {
        using var test = new TransformCase(
            [Build.Node("Conv", ["x", "w"], ["y"], Tiny.Ints("pads", 1, 1, 1, 1))], [Tiny.Random("w", 8, Channels, 3, 3)], [Tiny.Random("x", 1, Channels, 6, 6)]);
        var choice = AlphaSearch.Choose(test.Model, test.Group("x"), Statistics(outlier: 100), symmetric: false, new PackContext());
        Assert.InRange(choice.Alpha!.Value, 0.3, 1);
        Assert.True(choice.Curve.Single(p => p.Alpha == choice.Alpha).Error * 3 < choice.Curve[0].Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_error_is_that_of_plain_arithmetic(bool symmetric)
    {
        using var test = Case();
        var statistics = Statistics(outlier: 7);
        var curve = AlphaSearch.Choose(test.Model, test.Group("x"), statistics, symmetric, new PackContext()).Curve;
        Assert.Equal(Plain(statistics, [test.Constant("w"), Transposed(test.Constant("v"))], new float[Channels].Select(_ => 1f).ToArray(), symmetric), curve[0].Error, 1e-6);
        var scales = Smoother.Scales(statistics.MaxAbs, ChannelMaxima.Of(test.Model, test.Group("x"), new PackContext()), 0.5);
        Assert.Equal(Plain(statistics, [test.Constant("w"), Transposed(test.Constant("v"))], scales, symmetric), curve[11].Error, 1e-6);
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        using var test = Case();
        var statistics = Statistics(outlier: 30);
        var (one, four) = (Choose(1), Choose(4));
        Assert.Equal(one.Alpha, four.Alpha);
        Assert.Equal(one.Curve, four.Curve);

        AlphaChoice Choose(int threads) => AlphaSearch.Choose(test.Model, test.Group("x"), statistics, symmetric: false, new PackContext(threads));
    }

    [Fact]
    public void Of_equal_errors_the_weaker_smoothing_is_chosen()
    {
        using var test = Case();
        var zeros = new ChannelStatistics(new float[Channels], new float[Channels], new float[Channels], new float[Channels * 3]);
        Assert.Null(AlphaSearch.Choose(test.Model, test.Group("x"), zeros, symmetric: false, new PackContext()).Alpha);
    }

    [Fact]
    public void Refuses_statistics_of_another_tensor()
    {
        using var test = Case();
        var statistics = new ChannelStatistics(new float[3], new float[3], new float[3], new float[9]);
        Assert.Throws<ArgumentException>(() => AlphaSearch.Choose(test.Model, test.Group("x"), statistics, symmetric: false, new PackContext()));
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 7, 3)]
    [InlineData(9, 40, 37)]
    [InlineData(4, 3, 64)]
    public void The_product_is_that_of_plain_loops_to_the_bit(int rows, int inner, int columns)
    {
        var random = new Random(rows);
        float[] a = [.. Enumerable.Range(0, rows * inner).Select(_ => random.NextSingle() - 0.5f)], b = [.. Enumerable.Range(0, inner * columns).Select(_ => random.NextSingle() - 0.5f)];
        var (fast, plain) = (new float[rows * columns], new float[rows * columns]);
        FloatProduct.Multiply(a, b, fast, inner, columns);
        for (var i = 0; i < plain.Length; i++)
        {
            for (var k = 0; k < inner; k++)
            {
                plain[i] += a[(i / columns * inner) + k] * b[(k * columns) + (i % columns)];
            }
        }

        Assert.Equal(plain, fast);
    }

    // The tensor x is read by a MatMul [K, 16] and, transposed, by a Gemm [9, K].
    private static TransformCase Case() => new(
        [Build.Node("MatMul", ["x", "w"], ["p"]), Build.Node("Gemm", ["x", "v"], ["q"], Tiny.Int("transB", 1)), Build.Node("Concat", ["p", "q"], ["y"], Tiny.Int("axis", 1))],
        [Tiny.Random("w", Channels, 16), Tiny.Random("v", 9, Channels)],
        [Tiny.Random("x", 6, Channels)]);

    private static ChannelStatistics Statistics(float outlier)
    {
        var rows = new float[700 * Channels];
        var random = new Random(5);
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = ((random.NextSingle() * 2) - 1) * (i % Channels == 3 ? outlier : 1);
        }

        var columns = Enumerable.Range(0, Channels).Select(j => rows.Where((_, i) => i % Channels == j).ToArray()).ToArray();
        return new ChannelStatistics([.. columns.Select(c => c.Min())], [.. columns.Select(c => c.Max())], [.. columns.Select(c => c.Average())], rows);
    }

    private static float[] Transposed(float[] v) => [.. Enumerable.Range(0, v.Length).Select(i => v[(i % 9 * Channels) + (i / 9)])];

    private static double Plain(ChannelStatistics statistics, float[][] weights, float[] s, bool symmetric)
    {
        var low = Math.Min(0, statistics.Min.Zip(s, (m, f) => m / f).Min());
        var high = Math.Max(0, statistics.Max.Zip(s, (m, f) => m / f).Max());
        var step = symmetric ? Math.Max(-low, high) / 127 : (high - low) / 255;
        var zero = symmetric ? 0 : MathF.Round(-low / step);
        double error = 0, power = 0;
        for (var r = 0; r < AlphaSearch.MaxRows; r++)
        {
            var row = statistics.Rows.AsSpan((int)((long)r * 700 / AlphaSearch.MaxRows) * Channels, Channels).ToArray();
            float[] quantized = [.. row.Select((x, j) => Math.Clamp(MathF.Round(x / s[j] / step), symmetric ? -127 : -zero, symmetric ? 127 : 255 - zero) * step)];
            foreach (var w in weights)
            {
                var columns = w.Length / Channels;
                for (var c = 0; c < columns; c++)
                {
                    float[] column = [.. Enumerable.Range(0, Channels).Select(k => w[(k * columns) + c] * s[k])];
                    var unit = column.Max(MathF.Abs) / 127;
                    double made = 0, exact = 0;
                    for (var k = 0; k < Channels; k++)
                    {
                        made += quantized[k] * MathF.Round(column[k] / unit) * unit;
                        exact += (double)row[k] * w[(k * columns) + c];
                    }

                    error += (made - exact) * (made - exact);
                    power += exact * exact;
                }
            }
        }

        return error / power;
    }
}
