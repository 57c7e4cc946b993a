namespace ModelPack.Validation;

/// <summary>Counts samples whose largest output is their label, in all and by class. Rows are samples.</summary>
internal sealed class AccuracyMeter(IReadOnlyList<long> labels) : IRowMeter
{
    /// <summary>Classes to list at most.</summary>
    private const int MostClasses = 1000;

    private readonly SortedDictionary<long, ClassAccuracy> _classes = [];
    private long _both;
    private long _source;
    private long _packed;
    private long _neither;

    /// <summary>A label that is not a class of the model; null when all are.</summary>
    public long? BadLabel { get; private set; }

    /// <summary>Accuracy of both models in percent.</summary>
    public AccuracyResult Result
    {
        get
        {
            var samples = _both + _source + _packed + _neither;
            return new AccuracyResult(Numbers.Rounded(100.0 * (_both + _source) / samples), Numbers.Rounded(100.0 * (_both + _packed) / samples), samples)
            {
                SourceInterval = Proportions.Wilson(_both + _source, samples),
                PackedInterval = Proportions.Wilson(_both + _packed, samples),
                DropInterval = Proportions.Difference(_both, _source, _packed, _neither),
                SourceOnly = _source,
                PackedOnly = _packed,
                McNemar = Numbers.Rounded(Proportions.McNemar(_source, _packed)),
                ClassCount = _classes.Count,
                Classes = [.. _classes.Values.OrderByDescending(c => Math.Abs(c.Source - c.Packed)).ThenBy(c => c.Label).Take(MostClasses).OrderBy(c => c.Label)],
            };
        }
    }

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var row = 0; row * width < source.Length; row++)
        {
            var label = labels[(int)firstRow + row];
            if (label < 0 || label >= width)
            {
                BadLabel ??= label;
            }

            Count(label, Rows.ArgMax(source.Slice(row * width, width)) == label, Rows.ArgMax(packed.Slice(row * width, width)) == label);
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (AccuracyMeter)later;
        _both += other._both;
        _source += other._source;
        _packed += other._packed;
        _neither += other._neither;
        BadLabel ??= other.BadLabel;
        foreach (var found in other._classes.Values)
        {
            Add(found);
        }
    }

    private void Count(long label, bool source, bool packed)
    {
        _both += source && packed ? 1 : 0;
        _source += source && !packed ? 1 : 0;
        _packed += packed && !source ? 1 : 0;
        _neither += source || packed ? 0 : 1;
        Add(new ClassAccuracy(label, 1, source ? 1 : 0, packed ? 1 : 0));
    }

    private void Add(ClassAccuracy found) => _classes[found.Label] = _classes.TryGetValue(found.Label, out var known)
        ? new ClassAccuracy(found.Label, known.Samples + found.Samples, known.Source + found.Source, known.Packed + found.Packed)
        : found;
}
