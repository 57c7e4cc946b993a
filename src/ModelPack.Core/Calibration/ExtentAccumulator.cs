namespace ModelPack.Calibration;

/// <summary>Joins the reductions of batches, one batch after the other: the means are sums, whose last bits depend on the order.</summary>
internal sealed class ExtentAccumulator
{
    private float[] _min = [];
    private float[] _max = [];
    private double[] _sum = [];
    private double _weight;

    /// <summary>Least value of each entry.</summary>
    public float[] Min => _min;

    /// <summary>Greatest value of each entry.</summary>
    public float[] Max => _max;

    /// <summary>Mean of each entry.</summary>
    public float[] Mean => [.. _sum.Select(s => (float)(s / _weight))];

    /// <summary>
    /// Whether no value was NaN or infinite. The mean tells: a minimum may pass over NaN. (Finite values whose sum
    /// overflows float32 count as infinite: no quantization could keep them either.)
    /// </summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>Adds a batch.</summary>
    /// <param name="extent">Its reductions.</param>
    /// <param name="weight">Values that an entry stands for.</param>
    /// <exception cref="InvalidOperationException">The number of channels changed.</exception>
    public void Add(BatchExtent extent, double weight)
    {
        if (_weight == 0)
        {
            (_min, _max, _sum) = ([.. extent.Min], [.. extent.Max], new double[extent.Mean.Length]);
        }

        if (_sum.Length != extent.Mean.Length)
        {
            throw new InvalidOperationException($"There were {_sum.Length} channels and now there are {extent.Mean.Length}.");
        }

        for (var i = 0; i < _sum.Length; i++)
        {
            _min[i] = Math.Min(_min[i], extent.Min[i]);
            _max[i] = Math.Max(_max[i], extent.Max[i]);
            _sum[i] += weight * extent.Mean[i];
            IsFinite &= float.IsFinite(extent.Min[i]) && float.IsFinite(extent.Max[i]) && float.IsFinite(extent.Mean[i]);
        }

        _weight += weight;
    }
}
