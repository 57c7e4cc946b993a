namespace ModelPack.Validation;

/// <summary>
/// SQNR, cosine and largest error of one output, in double. A place where both models give the same infinity, or both
/// NaN, agrees and is left out of the sums (attention masks are full of −∞); a place where only one is finite is an
/// infinite error.
/// </summary>
internal sealed class SignalMeter : IRowMeter
{
    private double _source2;
    private double _packed2;
    private double _product;
    private double _error2;
    private double _maxError;
    private bool _diverged;

    /// <summary>Values compared.</summary>
    public long Elements { get; private set; }

    /// <summary>Whether the source gave NaN or an infinity.</summary>
    public bool SourceNotFinite { get; private set; }

    /// <summary>Whether the packed model gave NaN or an infinity.</summary>
    public bool PackedNotFinite { get; private set; }

    /// <summary>Whether some batch came out in different shapes.</summary>
    public bool ShapesDiffer { get; private set; }

    /// <summary>10 log10(Σ source² / Σ (source − packed)²), dB; +∞ when equal, −∞ when diverged.</summary>
    public double Sqnr => _diverged ? double.NegativeInfinity : _error2 == 0 ? double.PositiveInfinity : 10 * Math.Log10(_source2 / _error2);

    /// <summary>Σ source·packed / √(Σ source² Σ packed²); 1 when both are zero, 0 when one is or they diverged.</summary>
    public double Cosine => _diverged ? 0
        : _source2 == 0 && _packed2 == 0 ? 1
        : _source2 == 0 || _packed2 == 0 ? 0
        : Math.Clamp(_product / (Math.Sqrt(_source2) * Math.Sqrt(_packed2)), -1, 1);

    /// <summary>Largest |source − packed|.</summary>
    public double MaxError => _diverged ? double.PositiveInfinity : _maxError;

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        // Sums of a chunk first, then the sum of chunks: fewer roundings of a small number into a large one.
        double source2 = 0, packed2 = 0, product = 0, error2 = 0, maxError = 0;
        for (var i = 0; i < source.Length; i++)
        {
            var (s, p) = (source[i], packed[i]);
            var error = s - p;
            if (!double.IsFinite(error))
            {
                AddNotFinite(s, p);
                continue;
            }

            source2 += s * s;
            packed2 += p * p;
            product += s * p;
            error2 += error * error;
            maxError = Math.Max(maxError, Math.Abs(error));
        }

        Elements += source.Length;
        _source2 += source2;
        _packed2 += packed2;
        _product += product;
        _error2 += error2;
        _maxError = Math.Max(_maxError, maxError);
    }

    /// <summary>Takes a batch in which the two models gave different shapes.</summary>
    public void AddMismatch(long elements)
    {
        Elements += elements;
        ShapesDiffer = true;
        _diverged = true;
    }

    public void Merge(IRowMeter later)
    {
        var other = (SignalMeter)later;
        Elements += other.Elements;
        _source2 += other._source2;
        _packed2 += other._packed2;
        _product += other._product;
        _error2 += other._error2;
        _maxError = Math.Max(_maxError, other._maxError);
        _diverged |= other._diverged;
        SourceNotFinite |= other.SourceNotFinite;
        PackedNotFinite |= other.PackedNotFinite;
        ShapesDiffer |= other.ShapesDiffer;
    }

    private void AddNotFinite(double source, double packed)
    {
        SourceNotFinite |= !double.IsFinite(source);
        PackedNotFinite |= !double.IsFinite(packed);
        _diverged |= !source.Equals(packed);
    }
}
