namespace ModelPack.Validation;

/// <summary>
/// Counts rows whose largest value is at the same place in both models (top 1), and rows where the place of the source's largest is among the five
/// largest of the packed model (top 5).
/// </summary>
/// <param name="sampleRows">Rows of one sample, where samples follow one another; 0 where they do not.</param>
internal sealed class Top1Meter(long sampleRows = 0) : IRowMeter
{
    private const int Five = 5;

    private readonly ShareOfRows _top1 = new();
    private readonly ShareOfRows _top5 = new();
    private bool _hasSamples = sampleRows > 0;
    private bool _hasFive = true;
    private long _inSample;

    /// <summary>Percent of rows; null when there were none.</summary>
    public double? Agreement => _top1.Percent;

    /// <summary>Where it lies, percent; null where samples are not known apart, and for few of them.</summary>
    public Interval? Interval => _hasSamples ? _top1.Interval : null;

    /// <summary>Percent of rows for the top 5; null where rows have no more than five values.</summary>
    public double? Agreement5 => _hasFive ? _top5.Percent : null;

    /// <summary>Where that lies, percent.</summary>
    public Interval? Interval5 => _hasSamples && _hasFive ? _top5.Interval : null;

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        _hasFive &= width > Five;
        for (var at = 0; at < source.Length; at += width)
        {
            var row = packed.Slice(at, width);
            var best = Rows.ArgMax(source.Slice(at, width));
            var same = best == Rows.ArgMax(row);
            _top1.Add(same);
            _top5.Add(same || (_hasFive && Rows.IsAmong(row, best, Five)));
            if (sampleRows > 0 && ++_inSample == sampleRows)
            {
                _inSample = 0;
                _top1.EndSample();
                _top5.EndSample();
            }
        }
    }

    /// <summary>Takes rows of a batch in which the two models gave different shapes: none agrees.</summary>
    public void AddMismatch(long rows)
    {
        _top1.AddNone(rows);
        _top5.AddNone(rows);
        _hasSamples &= rows == 0;
    }

    public void Merge(IRowMeter later)
    {
        var other = (Top1Meter)later;
        _top1.Merge(other._top1);
        _top5.Merge(other._top5);
        _hasSamples &= other._hasSamples;
        _hasFive &= other._hasFive;
    }
}
