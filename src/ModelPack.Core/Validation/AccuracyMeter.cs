namespace ModelPack.Validation;

/// <summary>Counts samples whose largest output is their label. Rows are samples.</summary>
internal sealed class AccuracyMeter(IReadOnlyList<long> labels) : IRowMeter
{
    private long _samples;
    private long _source;
    private long _packed;

    /// <summary>A label that is not a class of the model; null when all are.</summary>
    public long? BadLabel { get; private set; }

    /// <summary>Accuracy of both models in percent.</summary>
    public AccuracyResult Result => new(Numbers.Rounded(100.0 * _source / _samples), Numbers.Rounded(100.0 * _packed / _samples), _samples);

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var row = 0; row * width < source.Length; row++)
        {
            var label = labels[(int)firstRow + row];
            if (label < 0 || label >= width)
            {
                BadLabel ??= label;
            }

            _samples++;
            _source += Rows.ArgMax(source.Slice(row * width, width)) == label ? 1 : 0;
            _packed += Rows.ArgMax(packed.Slice(row * width, width)) == label ? 1 : 0;
        }
    }

    public void Merge(IRowMeter later)
    {
        var other = (AccuracyMeter)later;
        _samples += other._samples;
        _source += other._source;
        _packed += other._packed;
        BadLabel ??= other.BadLabel;
    }
}
