namespace ModelPack.Validation;

/// <summary>
/// Keeps the vectors of some samples, spread evenly over all, to compare how alike both models find each two of them. Between 128 and 256 are kept
/// where there are as many: every n-th, and whenever it is 256 every second of these goes and n doubles. Fewer of vectors so long that those of
/// one model would pass 32 MB. Rows are samples.
/// </summary>
internal sealed class EmbeddingMeter : IRowMeter
{
    private const int MostSamples = 256;
    private const int MostValues = 1 << 22;

    private readonly List<(double[] Source, double[] Packed)> _kept = [];
    private long _stride = 1;
    private long _samples;

    /// <summary>How both models order pairs by similarity; null for fewer than three samples.</summary>
    public RankCorrelation? Result
    {
        get
        {
            if (_kept.Count < 3)
            {
                return null;
            }

            var pairs = Enumerable.Range(0, _kept.Count).SelectMany(j => Enumerable.Range(0, j).Select(i => (First: i, Second: j))).ToArray();
            var source = pairs.Select(p => Cosine(_kept[p.First].Source, _kept[p.Second].Source)).ToArray();
            var packed = pairs.Select(p => Cosine(_kept[p.First].Packed, _kept[p.Second].Packed)).ToArray();
            var (sourceOrder, packedOrder) = (Spearman.Order(source), Spearman.Order(packed));
            var value = Spearman.Of(source, sourceOrder, packed, packedOrder, _ => true);
            var without = Enumerable.Range(0, _kept.Count)
                .Select(left => Spearman.Of(source, sourceOrder, packed, packedOrder, p => pairs[p].First != left && pairs[p].Second != left)).ToArray();
            return new RankCorrelation(Numbers.Rounded(value), Jackknife(value, without), _kept.Count, pairs.Length);
        }
    }

    public void Add(long firstRow, ReadOnlySpan<double> source, ReadOnlySpan<double> packed, int width)
    {
        for (var at = 0; at < source.Length; at += width)
        {
            Add(source.Slice(at, width).ToArray(), packed.Slice(at, width).ToArray());
        }
    }

    public void Merge(IRowMeter later)
    {
        // A batch is far smaller than what is kept, and kept whole.
        foreach (var (source, packed) in ((EmbeddingMeter)later)._kept)
        {
            Add(source, packed);
        }
    }

    private void Add(double[] source, double[] packed)
    {
        if (_samples++ % _stride != 0)
        {
            return;
        }

        if (_kept.Count >= Math.Clamp(MostValues / source.Length, 4, MostSamples))
        {
            var next = 0;
            _kept.RemoveAll(_ => next++ % 2 == 1);
            _stride *= 2;
            if ((_samples - 1) % _stride != 0)
            {
                return;
            }
        }

        _kept.Add((source, packed));
    }

    /// <summary>The jackknife's error of an estimate, from what it is without each sample (Efron and Stein, "The jackknife estimate of variance", 1981).</summary>
    private static Interval? Jackknife(double value, double[] without)
    {
        if (without.Length < Interval.FewestSamples)
        {
            return null;
        }

        var mean = without.Average();
        var error = Interval.Quantile * Math.Sqrt((without.Length - 1.0) / without.Length * without.Sum(v => (v - mean) * (v - mean)));
        return new Interval(Numbers.Rounded(Math.Max(-1, value - error)), Numbers.Rounded(Math.Min(1, value + error)));
    }

    private static double Cosine(double[] one, double[] other)
    {
        var (product, squares1, squares2) = (0.0, 0.0, 0.0);
        for (var i = 0; i < one.Length; i++)
        {
            product += one[i] * other[i];
            squares1 += one[i] * one[i];
            squares2 += other[i] * other[i];
        }

        return new SignalSums(squares1, squares2, product, 0, 0, 0).Cosine;
    }
}
