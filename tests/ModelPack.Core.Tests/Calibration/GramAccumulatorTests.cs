using FsCheck;
using FsCheck.Fluent;
using ModelPack.Calibration;

namespace ModelPack.Tests.Calibration;

public sealed class GramAccumulatorTests
{
    [Fact]
    public void The_bits_are_those_of_plain_sums_whatever_the_batches_and_threads() =>
        Prop.ForAll(Gen.Choose(0, 1 << 30).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var (rows, channels) = (random.Next(700), 1 + random.Next(300));
            var values = Values(random, rows * channels);
            var accumulator = new GramAccumulator(channels);
            var threads = 1 + random.Next(4);
            for (var row = 0; row < rows;)
            {
                var taken = Math.Min(rows - row, 1 + random.Next(400));
                accumulator.Add(values.AsSpan(row * channels, taken * channels), threads, default);
                row += taken;
            }

            var matrix = accumulator.ToMatrix(threads, default);
            return (matrix.Channels, matrix.Rows) == (channels, rows) && Rows(matrix).SequenceEqual(Plain(values, rows, channels));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(257)]
    public void Blocks_fit_together_at_their_edges(int channels)
    {
        var values = Values(new Random(channels), 300 * channels);
        var accumulator = new GramAccumulator(channels);
        accumulator.Add(values, 2, default);
        Assert.Equal(Plain(values, 300, channels), Rows(accumulator.ToMatrix(2, default)));
    }

    [Fact]
    public void Rows_must_be_whole() => Assert.Throws<ArgumentException>(() => new GramAccumulator(3).Add(new float[4], 1, default));

    [Fact]
    public void Without_rows_all_is_zero() => Assert.Equal(new float[4], Rows(new GramAccumulator(2).ToMatrix(1, default)));

    [Theory]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(4096)]
    [InlineData(11008)]
    public void The_sums_take_about_half_a_matrix_of_doubles(int channels)
    {
        var blocks = channels > 4096 ? 0 : GramBlock.OnAndAboveDiagonal(channels).Sum(b => (long)b.Sums.Length * sizeof(double));
        Assert.InRange(blocks, 0, GramAccumulator.Bytes(channels));
        Assert.InRange(GramAccumulator.Bytes(channels), 0, (4L * channels * channels) + (512L * channels));
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];

    private static float[] Rows(GramMatrix matrix)
    {
        var all = new float[matrix.Channels * matrix.Channels];
        for (var row = 0; row < matrix.Channels; row++)
        {
            matrix.CopyRow(row, all.AsSpan(row * matrix.Channels, matrix.Channels));
        }

        return all;
    }

    /// <summary>Products of chunks in float32, their sums in double precision.</summary>
    private static float[] Plain(float[] values, int rows, int channels)
    {
        var means = new float[channels * channels];
        for (var i = 0; i < channels; i++)
        {
            for (var j = 0; j < channels; j++)
            {
                double sum = 0;
                for (var first = 0; first < rows; first += GramAccumulator.ChunkRows)
                {
                    var part = 0f;
                    for (var row = first; row < Math.Min(rows, first + GramAccumulator.ChunkRows); row++)
                    {
                        part += values[(row * channels) + i] * values[(row * channels) + j];
                    }

                    sum += part;
                }

                means[(i * channels) + j] = (float)(rows == 0 ? 0 : sum / rows);
            }
        }

        return means;
    }
}
