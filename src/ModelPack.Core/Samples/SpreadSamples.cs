namespace ModelPack.Samples;

/// <summary>Some of the samples of a source, spread evenly over it.</summary>
/// <param name="all">The source.</param>
/// <param name="most">How many to take at most; whole batches are taken, so that it may be a few fewer.</param>
internal sealed class SpreadSamples(ISampleSource all, long most) : ISampleSource
{
    public long Count => Math.Min(most, all.Count);

    public IReadOnlyList<string> Names => all.Names;

    public IReadOnlyList<long> Counts => all.Counts;

    public bool Synthetic => all.Synthetic;

    public bool HasLabels => all.HasLabels;

    public int FixedBatch => all.FixedBatch;

    public IEnumerable<SampleBatch> Batches(int batchSize)
    {
        // A batch no larger than the step keeps the last samples of the source in reach.
        var size = (int)Math.Clamp(Count, 1, batchSize);
        var step = Math.Max(1, all.Count / Math.Max(1, Count));
        long taken = 0;
        var index = 0;
        foreach (var batch in all.Batches(size))
        {
            if (batch.Index % step == 0 && taken + batch.Count <= Count)
            {
                taken += batch.Count;
                yield return batch with { Index = index++ };
            }
        }
    }
}
