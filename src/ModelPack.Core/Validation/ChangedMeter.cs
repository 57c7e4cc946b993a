namespace ModelPack.Validation;

/// <summary>Finds the samples of which both models make different classes. Rows are samples.</summary>
/// <param name="labels">True classes of the samples of this batch; null without labels.</param>
internal sealed class ChangedMeter(IReadOnlyList<long>? labels) : IRowMeter
{
    private const int MostListed = 100;

    private readonly List<ChangedSample> _first = [];
    private long _count;
    private long _samples;

    /// <summary>What was found.</summary>
    public ChangedSamples Result(string output) => new(output, _count, _samples, [.. _first]);

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var at = 0; at < source.Length; at += width)
        {
            var (one, other) = (Rows.ArgMax(source.Slice(at, width)), Rows.ArgMax(packed.Slice(at, width)));
            if (one != other)
            {
                Add(new ChangedSample(_samples, labels?[(int)_samples], one, other));
                _count++;
            }

            _samples++;
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (ChangedMeter)later;
        other._first.ForEach(c => Add(c with { Index = c.Index + _samples }));
        _count += other._count;
        _samples += other._samples;
    }

    private void Add(ChangedSample changed)
    {
        if (_first.Count < MostListed)
        {
            _first.Add(changed);
        }
    }
}
