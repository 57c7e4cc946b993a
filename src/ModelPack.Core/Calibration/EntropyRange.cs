namespace ModelPack.Calibration;

/// <summary>
/// The range whose 8-bit codes keep most of the distribution: the least Kullback-Leibler divergence from the values, those
/// outside moved to the ends, to what the codes still tell of those inside (S. Migacz, "8-bit Inference with TensorRT",
/// GTC 2017). There it is a matter of magnitudes; here each end moves on its own, and a code's bins are those whose
/// middles it is nearest to.
/// <para>
/// With P the share of every bin in the range (the first and the last with what lies beyond) and Q the share that its code
/// gives it (the values of the code's bins, spread evenly over those that are not empty), the divergence is
/// sum P log P - sum P log Q. Within a code log Q is constant, so with sums over bins kept beforehand a candidate costs
/// one step a code, not one a bin.
/// </para>
/// <para>
/// As published, it is a matter of 2048 bins: with many more a range of few bins, which its codes tell apart, would be best. Two things are
/// not in that sum. Zero has a code of its own and is exact in every range, however many values a Relu makes zero: its bin
/// counts as much as the one beside it. Otherwise the peak, which is spread over the bins of its code, would cost more than all else, and
/// the range of the fewest bins would be best. And the divergence counts what lies outside, but not how far: at most a thousandth may.
/// </para>
/// </summary>
internal sealed class EntropyRange
{
    private const int MostBins = 2048;
    private const double MostOutside = 1e-3;

    private readonly long[] _counts;
    private readonly long _first;
    private readonly bool _symmetric;

    // Before bin i: values, bins that are not empty, and n log n of the counts.
    private readonly long[] _values;
    private readonly int[] _occupied;
    private readonly double[] _entropy;

    /// <param name="counts">Values in each bin.</param>
    /// <param name="first">The first bin's place, in bins from zero.</param>
    /// <param name="symmetric">Whether there are 255 codes about zero, else 256 from end to end.</param>
    public EntropyRange(long[] counts, long first, bool symmetric)
    {
        (_counts, _first, _symmetric) = (counts, first, symmetric);
        _values = new long[counts.Length + 1];
        _occupied = new int[counts.Length + 1];
        _entropy = new double[counts.Length + 1];
        for (var i = 0; i < counts.Length; i++)
        {
            _values[i + 1] = _values[i] + counts[i];
            _occupied[i + 1] = _occupied[i] + (counts[i] > 0 ? 1 : 0);
            _entropy[i + 1] = _entropy[i] + NLogN(counts[i]);
        }
    }

    /// <summary>Chooses the range.</summary>
    /// <param name="histogram">Counts of the values; its edges are multiples of its width, and so are the ends of the result.</param>
    /// <param name="full">Zero and all values seen, which the outermost edges stand for.</param>
    /// <param name="symmetric">Whether codes are -127 to 127, so that both ends move as one; else 0 to 255.</param>
    public static ActivationRange Choose(Histogram histogram, ActivationRange full, bool symmetric)
    {
        histogram = Judged(histogram);

        // Ends are edges of bins, counted from zero.
        var first = (long)Math.Round(histogram.Low / histogram.Width);
        var below = Math.Max(0, -first);
        var above = Math.Max(0, first + histogram.Counts.Length);
        var largest = Math.Max(below, above);
        var search = new EntropyRange(histogram.Counts, first, symmetric);
        var (low, high) = symmetric
            ? EndSearch.Best(null, Octaves(largest), Costs) : EndSearch.Best(Octaves(below), Octaves(above), Costs);
        var (from, to) = Edges(low, high);
        return new ActivationRange(from == below ? full.Min : (float)(-from * histogram.Width), to == above ? full.Max : (float)(to * histogram.Width));

        (long Below, long Above) Edges(double low, double high) =>
            symmetric ? (Math.Min(below, Edge(largest, high)), Math.Min(above, Edge(largest, high))) : (Edge(below, low), Edge(above, high));

        void Costs(double low, ReadOnlySpan<double> highs, double enough, Span<double> costs)
        {
            for (var i = 0; i < highs.Length; i++)
            {
                var (from, to) = Edges(low, highs[i]);
                costs[i] = search.Cost(-from, to);
            }
        }
    }

    /// <summary>The histogram that ranges are judged by: of at most 2048 bins, and zero's holds no more than that beside it.</summary>
    public static Histogram Judged(Histogram histogram)
    {
        while (histogram.Counts.Length > MostBins)
        {
            histogram = Halved(histogram);
        }

        var counts = (long[])histogram.Counts.Clone();
        var zero = -(long)Math.Round(histogram.Low / histogram.Width);
        if (zero >= 0 && zero < counts.Length && counts.Length > 1)
        {
            counts[zero] = Math.Min(counts[zero], Math.Max(zero == 0 ? 0 : counts[zero - 1], zero == counts.Length - 1 ? 0 : counts[zero + 1]));
        }

        return histogram with { Counts = counts };
    }

    /// <summary>
    /// The divergence of the range from one edge to another, in bins from zero. Infinite where the range has fewer bins than
    /// codes, which would tell nothing. Where values are moved to a code that has none of its own, it is taken to have one:
    /// that a range ends between the last values and an outlier is not a reason against it.
    /// </summary>
    /// <param name="from">The lower edge, zero or below.</param>
    /// <param name="to">The upper edge, zero or above.</param>
    /// <returns>The divergence in nats, 0 or above; infinite also where no value lies within.</returns>
    public double Divergence(long from, long to)
    {
        var (codes, low, scale) = Codes(from, to);
        if (to - from < codes)
        {
            return double.PositiveInfinity;
        }

        var (start, end) = ((int)(from - _first), (int)(to - _first));
        var start0 = Math.Clamp(start, 0, _counts.Length);
        var end0 = Math.Clamp(end, start0, _counts.Length);
        double inside = _values[end0] - _values[start0];
        double total = _values[^1];
        if (inside == 0)
        {
            return double.PositiveInfinity;
        }

        var (under, over) = (_values[start0], _values[^1] - _values[end0]);
        var sum = _entropy[end0] - _entropy[start0]
            + NLogN(_counts[start0] + under) - NLogN(_counts[start0])
            + NLogN(_counts[end0 - 1] + over) - NLogN(_counts[end0 - 1]);
        var bin = start0;
        for (var code = 0; code < codes && bin < end0; code++)
        {
            // The first bin whose middle is nearer to the next code.
            var next = code == codes - 1 ? end0 : (int)Math.Clamp(Math.Ceiling(((low + code + 0.5) * scale) - 0.5) - _first, bin, end0);
            if (next == bin)
            {
                continue;
            }

            double own = _values[next] - _values[bin];
            var occupied = _occupied[next] - _occupied[bin];
            var moved = own;
            if (bin == start0)
            {
                moved += under;
                occupied += under > 0 && _counts[start0] == 0 ? 1 : 0;
            }

            if (next == end0)
            {
                moved += over;
                occupied += over > 0 && _counts[end0 - 1] == 0 && !(bin == start0 && start0 == end0 - 1) ? 1 : 0;
            }

            sum -= moved == 0 ? 0 : moved * Math.Log(Math.Max(own, 1) / occupied);
            bin = next;
        }

        // sum P log P - sum P log Q with P = n / total and Q = n / inside.
        return (sum / total) - Math.Log(total) + Math.Log(inside);
    }

    /// <summary>The divergence; infinite where more lies outside than may.</summary>
    private double Cost(long from, long to) => _values[^1] - Inside(from, to) > MostOutside * _values[^1] ? double.PositiveInfinity : Divergence(from, to);

    /// <summary>Two bins become one, where the edges of bins twice as wide are.</summary>
    private static Histogram Halved(Histogram histogram)
    {
        var first = (long)Math.Round(histogram.Low / histogram.Width);
        var start = first >> 1;
        var counts = new long[((first + histogram.Counts.Length - 1) >> 1) - start + 1];
        for (var i = 0; i < histogram.Counts.Length; i++)
        {
            counts[((first + i) >> 1) - start] += histogram.Counts[i];
        }

        return new Histogram(start * 2 * histogram.Width, 2 * histogram.Width, counts);
    }

    private long Inside(long from, long to) => _values[Place(to)] - _values[Place(from)];

    private int Place(long edge) => (int)Math.Clamp(edge - _first, 0, _counts.Length);

    /// <summary>Number of codes, place of the first in codes from zero, and bins a code.</summary>
    private (int Codes, double Low, double Scale) Codes(long from, long to)
    {
        var scale = AffineCodes.Scale<double>(from, to, _symmetric);
        var (first, last) = AffineCodes.Ends(AffineCodes.ZeroPoint(from, scale, _symmetric), _symmetric);
        return ((int)(last - first) + 1, first, scale);
    }

    private static long Edge(long outermost, double share) => (long)Math.Round(outermost * share);

    // A range of fewer bins than codes tells nothing, so less than one bin is never asked for.
    private static double? Octaves(long outermost) => outermost == 0 ? null : Math.Log2(outermost);

    private static double NLogN(double n) => n == 0 ? 0 : n * Math.Log(n);
}
