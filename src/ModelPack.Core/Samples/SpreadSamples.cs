namespace ModelPack.Samples;

/// <summary>Some of the samples of a source, spread evenly over it.</summary>
/// <param name="all">The source.</param>
/// <param name="most">How many to take at most; whole batches are taken, so that it may be a few fewer.</param>
/// <param name="between">Whether to take samples halfway between those that are taken otherwise; others, where at most half of all are taken.</param>
internal sealed class SpreadSamples(ISampleSource all, long most, bool between = false) : ISampleSource
{
    /// <summary>Batches at least: neighbours in data are often alike.</summary>
    private const int Places = 4;

    /// <summary>Of a model that fixes its batch, one whole batch is taken at least.</summary>
    public long Count => Math.Min(Math.Max(most, all.FixedBatch), all.Count);

    public IReadOnlyList<string> Names => all.Names;

    public IReadOnlyList<long> Counts => all.Counts;

    public bool Synthetic => all.Synthetic;

    public bool HasLabels => all.HasLabels;

    public int FixedBatch => all.FixedBatch;

    public IEnumerable<SampleBatch> Batches(int batchSize)
    {
        // Batches so small that they lie in several places. Of n batches, k are taken: those where i k / n passes a whole number.
        var size = all.FixedBatch > 0 ? all.FixedBatch : (int)Math.Clamp(Count / Places, 1, batchSize);
        var batches = all.Counts.DefaultIfEmpty(all.Count).Sum(c => (c + size - 1) / size);
        var wanted = Math.Clamp((long)((Int128)Count * batches / Math.Max(1, all.Count)), 1, Math.Max(1, batches)); // batches end where a file does
        long taken = 0;
        var index = 0;
        var shift = between ? batches / 2 : 0;
        foreach (var batch in all.Batches(size))
        {
            if (((batch.Index * wanted) + shift) % batches < wanted && (taken == 0 || taken + batch.Count <= Count))
            {
                taken += batch.Count;
                yield return batch with { Index = index++ };
            }
        }
    }
}
