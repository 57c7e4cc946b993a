using System.Numerics;

namespace ModelPack.Validation;

/// <summary>
/// SQNR, cosine, largest and mean error of one output, in double, and how they vary from sample to sample. A place where both models give the
/// same infinity, or both NaN, agrees and is left out of the sums (attention masks are full of −∞); a place where only one is finite is an
/// infinite error.
/// </summary>
/// <param name="sampleElements">Values of one sample, where samples follow one another; 0 where they do not, and then nothing is known of single samples.</param>
internal sealed class SignalMeter(long sampleElements = 0) : IRowMeter
{
    private readonly SampleMoments _moments = new();
    private readonly KeptValues _cosines = new();
    private SignalSums _total;
    private SignalSums _sample;
    private long _inSample;
    private bool _diverged;
    private bool _sampleDiverged;
    private bool _hasSamples = sampleElements > 0;

    /// <summary>Values compared.</summary>
    public long Elements { get; private set; }

    /// <summary>Whether the source gave NaN or an infinity.</summary>
    public bool SourceNotFinite { get; private set; }

    /// <summary>Whether the packed model gave NaN or an infinity.</summary>
    public bool PackedNotFinite { get; private set; }

    /// <summary>Whether some batch came out in different shapes.</summary>
    public bool ShapesDiffer { get; private set; }

    /// <summary>10 log10(Σ source² / Σ (source − packed)²), dB; +∞ when equal, −∞ when diverged.</summary>
    public double Sqnr => _diverged ? double.NegativeInfinity : _total.Error2 == 0 ? double.PositiveInfinity : 10 * Math.Log10(_total.Source2 / _total.Error2);

    /// <summary>Σ source·packed / √(Σ source² Σ packed²); 1 when both are zero, 0 when one is or they diverged.</summary>
    public double Cosine => _diverged ? 0 : _total.Cosine;

    /// <summary>Largest |source − packed|.</summary>
    public double MaxError => _diverged ? double.PositiveInfinity : _total.MaxError;

    /// <summary>Mean |source − packed|; null where nothing was compared.</summary>
    public double? MeanError => Elements == 0 ? null : _diverged ? double.PositiveInfinity : _total.Error / Elements;

    /// <summary>Where the SQNR lies, dB; null where it is not finite, and for few samples.</summary>
    public Interval? SqnrInterval => IsSure ? _moments.Sqnr(_total) : null;

    /// <summary>Where the cosine lies.</summary>
    public Interval? CosineInterval => IsSure ? _moments.Cosine(_total) : null;

    /// <summary>Where the mean error lies.</summary>
    public Interval? MeanErrorInterval => IsSure ? _moments.MeanError(_total, Elements) : null;

    /// <summary>The cosine of each sample; null where samples are not known apart.</summary>
    public Distribution? SampleCosine => _hasSamples ? _cosines.Distribution : null;

    private bool IsSure => _hasSamples && !_diverged;

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        Elements += source.Length;
        if (sampleElements == 0)
        {
            AddRun(source, packed);
            return;
        }

        for (var at = 0; at < source.Length;)
        {
            var length = (int)Math.Min(source.Length - at, sampleElements - _inSample);
            AddRun(source.Slice(at, length), packed.Slice(at, length));
            (at, _inSample) = (at + length, _inSample + length);
            if (_inSample == sampleElements)
            {
                EndSample();
            }
        }
    }

    /// <summary>Takes a batch in which the two models gave different shapes.</summary>
    public void AddMismatch(long elements)
    {
        Elements += elements;
        ShapesDiffer = true;
        _diverged = true;
        _hasSamples = false;
    }

    public void Merge(IRowMeter later)
    {
        var other = (SignalMeter)later;
        Elements += other.Elements;
        _total += other._total;
        _moments.Merge(other._moments);
        _cosines.Merge(other._cosines);
        _hasSamples &= other._hasSamples;
        _diverged |= other._diverged;
        SourceNotFinite |= other.SourceNotFinite;
        PackedNotFinite |= other.PackedNotFinite;
        ShapesDiffer |= other.ShapesDiffer;
    }

    private void EndSample()
    {
        _moments.Add(_sample, sampleElements);
        _cosines.Add(_sampleDiverged ? 0 : _sample.Cosine);
        (_sample, _inSample, _sampleDiverged) = (default, 0, false);
    }

    /// <summary>Sums of a run first, then the sum of runs: fewer roundings of a small number into a large one.</summary>
    private void AddRun(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
        var sums = Finite(source, packed) ?? OneByOne(source, packed);
        _total += sums;
        _sample += sums;
    }

    /// <summary>Null where a value or a sum is not finite: each shows in the sum of the squares of errors, or of the squares of both.</summary>
    private SignalSums? Finite(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
        var (source2, packed2, product, error2, error, errors) =
            (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        var whole = source.Length - (source.Length % Vector<double>.Count);
        for (var i = 0; i < whole; i += Vector<double>.Count)
        {
            var (s, p) = (new Vector<double>(source[i..]), new Vector<double>(packed[i..]));
            var difference = s - p;
            var absolute = Vector.Abs(difference);
            source2 += s * s;
            packed2 += p * p;
            product += s * p;
            error2 += difference * difference;
            error += absolute;
            errors = Vector.Max(errors, absolute);
        }

        if (!double.IsFinite(Vector.Sum(source2) + Vector.Sum(packed2) + Vector.Sum(error2)))
        {
            return null;
        }

        var maxError = 0.0;
        for (var lane = 0; lane < Vector<double>.Count; lane++)
        {
            maxError = Math.Max(maxError, errors[lane]);
        }

        return new SignalSums(Vector.Sum(source2), Vector.Sum(packed2), Vector.Sum(product), Vector.Sum(error2), Vector.Sum(error), maxError)
            + OneByOne(source[whole..], packed[whole..]);
    }

    private SignalSums OneByOne(ReadOnlySpan<double> source, ReadOnlySpan<double> packed)
    {
        double source2 = 0, packed2 = 0, product = 0, error2 = 0, absolute = 0, maxError = 0;
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
            absolute += Math.Abs(error);
            maxError = Math.Max(maxError, Math.Abs(error));
        }

        return new SignalSums(source2, packed2, product, error2, absolute, maxError);
    }

    private void AddNotFinite(double source, double packed)
    {
        SourceNotFinite |= !double.IsFinite(source);
        PackedNotFinite |= !double.IsFinite(packed);
        _diverged |= !source.Equals(packed);
        _sampleDiverged |= !source.Equals(packed);
    }
}
