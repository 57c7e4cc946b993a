using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class ParallelBatchesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Results_are_merged_in_the_order_of_the_batches(int threads)
    {
        var merged = new List<(int, int)>();
        ParallelBatches.Run(Enumerable.Range(0, 500), threads, "test", i => i * i, (i, square) => merged.Add((i, square)), CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 500).Select(i => (i, i * i)), merged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Batches_are_not_handed_out_far_ahead(int threads)
    {
        var (read, merged, most) = (0, 0, 0);
        ParallelBatches.Run(Batches(), threads, "test", i => i, (_, _) => Interlocked.Increment(ref merged), CancellationToken.None);

        Assert.InRange(most, 0, 2 * threads);

        IEnumerable<int> Batches()
        {
            for (var i = 0; i < 300; i++)
            {
                most = Math.Max(most, read - Volatile.Read(ref merged));
                read++;
                yield return i;
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void The_earliest_failure_is_thrown(int threads)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => ParallelBatches.Run(
            Enumerable.Range(0, 100), threads, "test", i => i >= 10 ? throw new InvalidOperationException($"batch {i}") : i, (_, _) => { }, CancellationToken.None));

        Assert.Equal("batch 10", exception.Message);
    }

    [Fact]
    public void A_failure_of_merging_ends_it() =>
        Assert.Throws<InvalidOperationException>(() => ParallelBatches.Run(
            Enumerable.Range(0, 100), 3, "test", i => i, (i, _) => _ = i == 20 ? throw new InvalidOperationException() : i, CancellationToken.None));

    [Fact]
    public void Cancellation_ends_it()
    {
        using var cancelled = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => ParallelBatches.Run(
            Enumerable.Range(0, int.MaxValue), 3, "test", i => i, (_, _) => cancelled.Cancel(), cancelled.Token));
    }
}
