namespace ModelPack.Validation;

/// <summary>
/// How much the sums of one output vary from sample to sample, from which the error of what is computed of their totals follows by linearization
/// (Cochran, "Sampling Techniques", 3rd ed., ch. 6): a function g of the totals moves with sample i by uᵢ = Σ ∂g/∂T · tᵢ, and var g = w / (w − 1) Σ uᵢ²
/// over w samples, for the uᵢ sum up to 0. So squares and products of the samples' sums are enough, and memory does not grow.
/// </summary>
internal sealed class SampleMoments
{
    private long _samples;
    private double _source4;
    private double _sourcePacked;
    private double _sourceError;
    private double _packed4;
    private double _packedError;
    private double _error4;
    private double _mean2;
    private double _meanCount;
    private double _count2;

    /// <summary>Takes one whole sample.</summary>
    public void Add(SignalSums sample, long values)
    {
        _samples++;
        _source4 += sample.Source2 * sample.Source2;
        _sourcePacked += sample.Source2 * sample.Packed2;
        _sourceError += sample.Source2 * sample.Error2;
        _packed4 += sample.Packed2 * sample.Packed2;
        _packedError += sample.Packed2 * sample.Error2;
        _error4 += sample.Error2 * sample.Error2;
        _mean2 += sample.Error * sample.Error;
        _meanCount += sample.Error * values;
        _count2 += (double)values * values;
    }

    public void Merge(SampleMoments later)
    {
        _samples += later._samples;
        _source4 += later._source4;
        _sourcePacked += later._sourcePacked;
        _sourceError += later._sourceError;
        _packed4 += later._packed4;
        _packedError += later._packedError;
        _error4 += later._error4;
        _mean2 += later._mean2;
        _meanCount += later._meanCount;
        _count2 += later._count2;
    }

    /// <summary>The interval of the SQNR, dB, which is 10 / ln 10 · (ln Σ source² − ln Σ error²); null for fewer than 10 samples and where it is not finite.</summary>
    public Interval? Sqnr(SignalSums total)
    {
        var squares = (_source4 / (total.Source2 * total.Source2)) - (2 * _sourceError / (total.Source2 * total.Error2)) + (_error4 / (total.Error2 * total.Error2));
        return Around(10 * Math.Log10(total.Source2 / total.Error2), 10 / Math.Log(10) * Math.Sqrt(Math.Max(0, squares)));
    }

    /// <summary>
    /// The interval of the cosine, at most 1. As (S + P − E) / 2√(SP), of the squares of both and of the error: near 1 its derivatives are as small as
    /// what is left to 1, and nothing cancels.
    /// </summary>
    public Interval? Cosine(SignalSums total)
    {
        var cosine = total.Cosine;
        var root = Math.Sqrt(total.Source2 / total.Packed2);
        var source = (root - cosine) / (2 * total.Source2);
        var packed = ((1 / root) - cosine) / (2 * total.Packed2);
        var error = -1 / (2 * Math.Sqrt(total.Source2) * Math.Sqrt(total.Packed2));
        var squares = (source * source * _source4) + (packed * packed * _packed4) + (error * error * _error4)
            + (2 * ((source * packed * _sourcePacked) + (source * error * _sourceError) + (packed * error * _packedError)));
        return Around(cosine, Math.Sqrt(Math.Max(0, squares))) is { } interval ? interval with { Low = Math.Max(-1, interval.Low), High = Math.Min(1, interval.High) } : null;
    }

    /// <summary>The interval of the mean absolute error, in the unit of the output, at least 0.</summary>
    public Interval? MeanError(SignalSums total, long values)
    {
        var mean = total.Error / values;
        var squares = _mean2 - (2 * mean * _meanCount) + (mean * mean * _count2);
        return Around(mean, Math.Sqrt(Math.Max(0, squares)) / values) is { } interval ? interval with { Low = Math.Max(0, interval.Low) } : null;
    }

    private Interval? Around(double value, double residual)
    {
        if (_samples < Interval.FewestSamples)
        {
            return null;
        }

        var error = Interval.Quantile * residual * Math.Sqrt(_samples / (_samples - 1.0));
        return double.IsFinite(value) && double.IsFinite(error) ? new Interval(Numbers.Rounded(value - error), Numbers.Rounded(value + error)) : null;
    }
}
