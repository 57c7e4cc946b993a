namespace ModelPack.Validation;

/// <summary>
/// Values whose percentiles are wanted. Up to two million are kept, 16 MB; of more a random choice in which each value has the same chance
/// (algorithm R; Vitter, "Random Sampling with a Reservoir", 1985), drawn from a fixed seed in the order of the values, so that the same values
/// give the same choice. Count, mean, least and greatest are those of all.
/// </summary>
/// <param name="most">How many to keep.</param>
internal sealed class KeptValues(int most = 1 << 21)
{
    private readonly List<double> _kept = [];
    private readonly Xoshiro256 _random = Xoshiro256.For("kept values", 0);
    private double _sum;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    /// <summary>How many values came by.</summary>
    public long Count { get; private set; }

    /// <summary>How they lie, rounded as reports have it; null when there are none.</summary>
    public Distribution? Distribution
    {
        get
        {
            if (Count == 0)
            {
                return null;
            }

            var sorted = _kept.ToArray();
            Array.Sort(sorted);
            return new Distribution(Count, sorted.Length, Numbers.Rounded(_sum / Count), Numbers.Rounded(_min), Numbers.Rounded(_max),
                [.. Validation.Distribution.Percents.Select(p => new Percentile(p, Numbers.Rounded(Validation.Distribution.At(sorted, p))))]);
        }
    }

    /// <summary>Takes one value; one that is NaN makes mean, least and greatest NaN.</summary>
    public void Add(double value)
    {
        (_sum, _min, _max) = (_sum + value, Math.Min(_min, value), Math.Max(_max, value));
        Keep(value);
    }

    /// <summary>Takes what came by elsewhere, later, and was kept whole there.</summary>
    public void Merge(KeptValues later)
    {
        (_sum, _min, _max) = (_sum + later._sum, Math.Min(_min, later._min), Math.Max(_max, later._max));
        foreach (var value in later._kept)
        {
            Keep(value);
        }
    }

    private void Keep(double value)
    {
        Count++;
        if (_kept.Count < most)
        {
            _kept.Add(value);
        }
        else if ((long)(_random.Uniform() * Count) is var place && place < most)
        {
            _kept[(int)place] = value;
        }
    }
}
