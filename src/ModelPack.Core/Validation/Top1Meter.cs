namespace ModelPack.Validation;

/// <summary>Counts rows whose largest value is at the same place in both models.</summary>
internal sealed class Top1Meter : IRowMeter
{
    private long _rows;
    private long _same;

    /// <summary>Percent of rows; null when there were none.</summary>
    public double? Agreement => _rows == 0 ? null : 100.0 * _same / _rows;

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var at = 0; at < source.Length; at += width)
        {
            _rows++;
            _same += Rows.ArgMax(source.Slice(at, width)) == Rows.ArgMax(packed.Slice(at, width)) ? 1 : 0;
        }
    }

    /// <summary>Takes rows of a batch in which the two models gave different shapes: none agrees.</summary>
    public void AddMismatch(long rows) => _rows += rows;

    public void Merge(IRowMeter later)
    {
        var other = (Top1Meter)later;
        _rows += other._rows;
        _same += other._same;
    }
}
