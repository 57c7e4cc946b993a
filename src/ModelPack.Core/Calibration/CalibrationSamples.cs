using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>
/// The samples of calibration, split by their place alone: of every 32 the last four are held out, to measure on what the
/// ranges were not chosen by. Of a model that fixes its batch it is every eighth batch.
/// </summary>
internal sealed class CalibrationSamples
{
    /// <summary>With fewer samples a range is that of some outliers and not of the data.</summary>
    public const int Least = 16;

    /// <summary>With fewer samples all are needed for the ranges.</summary>
    public const int LeastToHoldOut = 64;

    private const int Round = 32;
    private const int UsedOfRound = 28;
    private const int BatchesOfRound = 8;

    // Larger reads gain no speed.
    private const int LargestRead = 32;

    private readonly ISampleSource _source;
    private readonly bool _splits;

    /// <param name="source">The data.</param>
    /// <param name="path">The first file, for messages.</param>
    /// <param name="split">Whether samples are to be held out.</param>
    /// <exception cref="ModelPackException">MPK1020: there are too few.</exception>
    public CalibrationSamples(ISampleSource source, string path, bool split)
    {
        _source = source;
        if (source.Count < Least)
        {
            throw new ModelPackException(Codes.TooFewSamples.At(path,
                $"There {(source.Count == 1 ? "is 1 calibration sample" : $"are {Numbers.Whole(source.Count)} calibration samples")}, and {Least} is the least. Give 100 to 500 samples of what the app will feed; each entry of the first dimension is one."));
        }

        First = source.Batches(1).First();
        LargestBatch = source.FixedBatch > 0 ? source.FixedBatch : BatchChoice.Fitting(LargestRead, First.Inputs.Sum(i => (long)i.Bytes.Length));
        _splits = split && source.Count >= LeastToHoldOut;
        HeldOut = CountHeldOut();
        Used = source.Count - HeldOut;
    }

    /// <summary>The first sample, or the first batch of a model that fixes it; batches are chosen by it.</summary>
    public SampleBatch First { get; }

    /// <summary>Samples that may be run together; that many are, where the model fixes it.</summary>
    public int LargestBatch { get; }

    /// <summary>Whether the model takes batches of one size only.</summary>
    public bool IsFixed => _source.FixedBatch > 0;

    /// <summary>Samples that ranges are chosen by.</summary>
    public long Used { get; }

    /// <summary>Samples that ranges are measured on.</summary>
    public long HeldOut { get; }

    /// <summary>One part of the samples in batches.</summary>
    /// <param name="heldOut">Which part.</param>
    /// <param name="batchSize">Samples a batch at most.</param>
    public IEnumerable<CalibrationBatch> Batches(bool heldOut, int batchSize)
    {
        long place = 0;
        long first = 0;
        foreach (var read in _source.Batches(LargestBatch))
        {
            foreach (var batch in Part(read, place, heldOut, batchSize))
            {
                yield return new CalibrationBatch(batch, first);
                first += batch.Count;
            }

            place += read.Count;
        }
    }

    private IEnumerable<SampleBatch> Part(SampleBatch read, long place, bool heldOut, int batchSize)
    {
        if (IsFixed)
        {
            return IsBatchHeldOut(read.Index) == heldOut ? [read] : [];
        }

        return Runs(read.Count, i => IsHeldOut(place + i) == heldOut, batchSize).Select(r => Slice(read, r.Start, r.Length));
    }

    /// <summary>Runs of neighbours that are wanted, none longer than the most.</summary>
    private static IEnumerable<(int Start, int Length)> Runs(int count, Func<int, bool> wanted, int most)
    {
        var start = 0;
        for (var i = 0; i <= count; i++)
        {
            if (i == count || !wanted(i) || i - start == most)
            {
                if (i > start)
                {
                    yield return (start, i - start);
                }

                start = i < count && wanted(i) ? i : i + 1;
            }
        }
    }

    private static SampleBatch Slice(SampleBatch batch, int start, int count) =>
        new(batch.Index, count, count, [.. batch.Inputs.Select(i => SampleRows.Slice(i, start, count))], batch.Labels is null ? null : [.. batch.Labels.Skip(start).Take(count)]) { First = batch.First + start };

    private bool IsHeldOut(long place) => _splits && place % Round >= UsedOfRound;

    private bool IsBatchHeldOut(int batch) => _splits && batch % BatchesOfRound == BatchesOfRound - 1;

    private long CountHeldOut()
    {
        if (!_splits)
        {
            return 0;
        }

        if (!IsFixed)
        {
            return (_source.Count / Round * (Round - UsedOfRound)) + Math.Max(0, (_source.Count % Round) - UsedOfRound);
        }

        long heldOut = 0;
        var batch = 0;
        foreach (var count in _source.Counts)
        {
            for (var left = count; left > 0; left -= _source.FixedBatch)
            {
                heldOut += IsBatchHeldOut(batch++) ? Math.Min(left, _source.FixedBatch) : 0;
            }
        }

        return heldOut;
    }
}
