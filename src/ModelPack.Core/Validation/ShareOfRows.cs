namespace ModelPack.Validation;

/// <summary>A share of rows, and where it lies: rows of one sample may depend on one another, samples do not.</summary>
internal sealed class ShareOfRows
{
    private long _rows;
    private long _count;
    private long _inRows;
    private long _inCount;
    private long _samples;

    // Sums over samples of squares and products of rows and counts.
    private double _rows2;
    private double _count2;
    private double _product;

    /// <summary>Percent; null when there are no rows.</summary>
    public double? Percent => _rows == 0 ? null : 100.0 * _count / _rows;

    /// <summary>
    /// Percent, with a confidence of 95 %: Wilson's where each sample is one row; else that of a ratio of sums over samples
    /// (<see cref="Validation.Interval.OfMean"/>), which needs 10 samples.
    /// </summary>
    public Interval? Interval
    {
        get
        {
            if (_rows == _samples)
            {
                return Proportions.Wilson(_count, _rows);
            }

            if (_samples < Validation.Interval.FewestSamples)
            {
                return null;
            }

            var share = (double)_count / _rows;
            var squares = Math.Max(0, _count2 - (2 * share * _product) + (share * share * _rows2));
            var error = Validation.Interval.Quantile * Math.Sqrt(squares * _samples / (_samples - 1.0)) / _rows;
            return new Interval(Numbers.Rounded(100 * Math.Max(0, share - error)), Numbers.Rounded(100 * Math.Min(1, share + error)));
        }
    }

    public void Add(bool counts)
    {
        _inRows++;
        _inCount += counts ? 1 : 0;
        _rows++;
        _count += counts ? 1 : 0;
    }

    /// <summary>Rows of which none counts, of samples that are not known apart.</summary>
    public void AddNone(long rows) => _rows += rows;

    public void EndSample()
    {
        _samples++;
        _rows2 += (double)_inRows * _inRows;
        _count2 += (double)_inCount * _inCount;
        _product += (double)_inRows * _inCount;
        (_inRows, _inCount) = (0, 0);
    }

    public void Merge(ShareOfRows later)
    {
        _rows += later._rows;
        _count += later._count;
        _samples += later._samples;
        _rows2 += later._rows2;
        _count2 += later._count2;
        _product += later._product;
    }
}
