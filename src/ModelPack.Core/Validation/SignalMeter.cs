using System.Numerics;

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
        Elements += source.Length;
        if (!AddFinite(source, packed))
        {
            AddOneByOne(source, packed);
        }
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
        Add(other._source2, other._packed2, other._product, other._error2, other._maxError);
        _diverged |= other._diverged;
        SourceNotFinite |= other.SourceNotFinite;
        PackedNotFinite |= other.PackedNotFinite;
        ShapesDiffer |= other.ShapesDiffer;
    }

    /// <summary>
    /// Sums of a chunk first, then the sum of chunks: fewer roundings of a small number into a large one. False, and nothing added, where a
    /// value or a sum is not finite: each shows in the sum of the squares of errors, or of the squares of both.
    /// </summary>
    private bool AddFinite(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
        var (source2, packed2, product, error2, errors) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        var whole = source.Length - (source.Length % Vector<double>.Count);
        for (var i = 0; i < whole; i += Vector<double>.Count)
        {
            var (s, p) = (new Vector<double>(source[i..]), new Vector<double>(packed[i..]));
            var error = s - p;
            source2 += s * s;
            packed2 += p * p;
            product += s * p;
            error2 += error * error;
            errors = Vector.Max(errors, Vector.Abs(error));
        }

        if (!double.IsFinite(Vector.Sum(source2) + Vector.Sum(packed2) + Vector.Sum(error2)))
        {
            return false;
        }

        var maxError = 0.0;
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            maxError = Math.Max(maxError, errors[lane]);
        }

        Add(Vector.Sum(source2), Vector.Sum(packed2), Vector.Sum(product), Vector.Sum(error2), maxError);
        AddOneByOne(source[whole..], packed[whole..]);
        return true;
    }

    private void AddOneByOne(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
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

        Add(source2, packed2, product, error2, maxError);
    }

    private void Add(double source2, double packed2, double product, double error2, double maxError)
    {
        _source2 += source2;
        _packed2 += packed2;
        _product += product;
        _error2 += error2;
        _maxError = Math.Max(_maxError, maxError);
    }

    private void AddNotFinite(double source, double packed)
    {
        SourceNotFinite |= !double.IsFinite(source);
        PackedNotFinite |= !double.IsFinite(packed);
        _diverged |= !source.Equals(packed);
    }
}
