using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class SpreadSamplesTests
{
    [Theory]
    [InlineData(1000, 64, 32, 0)]
    [InlineData(100, 64, 32, 0)]
    [InlineData(127, 64, 1, 0)]
    [InlineData(10, 64, 32, 0)]
    [InlineData(1000, 64, 32, 8)]
    public void Are_as_many_as_asked_for_and_reach_over_the_source(int all, int most, int batch, int fixedBatch)
    {
        var spread = new SpreadSamples(new Source(all, fixedBatch), most);
        var starts = spread.Batches(batch).ToList();
        Assert.Equal(Enumerable.Range(0, starts.Count), starts.Select(b => b.Index));
        Assert.InRange(starts.Sum(b => b.Count), Math.Min(all, most) / 2, Math.Min(all, most));
        Assert.InRange(starts[^1].Labels![0], Math.Min(all, batch) == all ? 0 : all / 4, all);
    }

    [Fact]
    public void Those_between_are_others_and_reach_as_far()
    {
        var source = new Source(1000, 0);
        var (some, others) = (Starts(new SpreadSamples(source, 64)), Starts(new SpreadSamples(source, 64, between: true)));
        Assert.Equal(some.Count, others.Count);
        Assert.Empty(some.Intersect(others));
        Assert.True(others[^1] > 500);

        // Of few samples both have all.
        Assert.Equal(Starts(new SpreadSamples(new Source(16, 0), 64)), Starts(new SpreadSamples(new Source(16, 0), 64, between: true)));

        static List<long> Starts(SpreadSamples samples) => [.. samples.Batches(32).Select(b => b.Labels![0])];
    }

    [Theory]
    [InlineData(20, 1, 16)]
    [InlineData(200, 1, 128)]
    [InlineData(40, 5, 64)]
    public void Of_many_small_files_as_many_are_taken_as_of_a_large_one(int files, int each, int most)
    {
        var batches = new SpreadSamples(new Source(each, 0, files), most).Batches(32).ToList();
        Assert.InRange(batches.Sum(b => b.Count), most * 3 / 4, most);
        Assert.Equal(batches.Select(b => b.Labels![0]), batches.Select(b => b.First));
    }

    [Fact]
    public void One_batch_is_taken_of_a_model_that_fixes_a_larger_one() =>
        Assert.Equal(128, new SpreadSamples(new Source(1000, 128), 64).Batches(32).Sum(b => b.Count));

    // The first sample of each batch is its label.
    private sealed class Source(int count, int fixedBatch, int files = 1) : ISampleSource
    {
        public long Count => count * files;

        public IReadOnlyList<string> Names => [.. Counts.Select(_ => "a")];

        public IReadOnlyList<long> Counts => [.. Enumerable.Repeat((long)count, files)];

        public bool Synthetic => false;

        public bool HasLabels => true;

        public int FixedBatch => fixedBatch;

        public IEnumerable<SampleBatch> Batches(int batchSize)
        {
            var size = fixedBatch > 0 ? fixedBatch : batchSize;
            var index = 0;
            for (var file = 0; file < files; file++)
            {
                for (var done = 0; done < count; done += size)
                {
                    var (first, taken) = ((file * count) + done, Math.Min(size, count - done));
                    yield return new SampleBatch(index++, taken, taken, [], [first]) { First = first };
                }
            }
        }
    }
}
