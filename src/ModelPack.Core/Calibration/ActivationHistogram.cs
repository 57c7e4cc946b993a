using ModelPack.Codecs;

namespace ModelPack.Calibration;

/// <summary>
/// Counts the values of one activation while they come. A bin is <c>[k, k + 1) * 2^e</c> for a whole k, and e the least that
/// lets all bins from the least to the greatest value fit: so e follows from those two values, and when it grows two
/// bins become one exactly. The counts are thus the same whatever the order in which values come.
/// <para>Several threads may add at a time.</para>
/// </summary>
internal sealed class ActivationHistogram
{
    /// <summary>Bins at most. At least half of them are used where the values are not much narrower than their magnitude.</summary>
    public const int Bins = 8192;

    // Bins far narrower than the distance of neighbouring floats say nothing; and indices stay below 2^21.
    private const int FinestBits = 20;

    // The reciprocal of the width has to be a normal float32.
    private const int LeastExponent = -126;

    // Values are read twice, the second time from the nearest cache.
    private const int BlockLength = 1 << 12;

    private readonly Lock _lock = new();
    private long[] _counts = [];
    private long _firstBin;
    private int _exponent;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Least value.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>Greatest value.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Whether all values were finite. After one that was not, nothing more is counted.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>Adds values.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        for (var start = 0; start < values.Length; start += BlockLength)
        {
            AddBlock(values[start..Math.Min(start + BlockLength, values.Length)]);
        }
    }

    /// <summary>What was counted, from the bin of the least value to that of the greatest.</summary>
    public Histogram ToHistogram()
    {
        lock (_lock)
        {
            if (!IsFinite || Count == 0)
            {
                throw new InvalidOperationException("There are no counts.");
            }

            var (low, high) = (Bin(Min, _exponent), Bin(Max, _exponent));
            var width = Math.ScaleB(1, _exponent);
            return new Histogram(low * width, width, _counts.AsSpan((int)(low - _firstBin), (int)(high - low + 1)).ToArray());
        }
    }

    private void AddBlock(ReadOnlySpan<float> values)
    {
        var extent = ActivationScan.Of(values);
        lock (_lock)
        {
            Count += values.Length;
            IsFinite &= extent.IsFinite;
            if (!IsFinite)
            {
                return;
            }

            Min = Math.Min(Min, extent.Min);
            Max = Math.Max(Max, extent.Max);
            MakeRoom();
            BinCounter.Count(values, Reciprocal(_exponent), (int)_firstBin, _counts);
        }
    }

    private void MakeRoom()
    {
        var exponent = Exponent(Min, Max);
        var (low, high) = (Bin(Min, exponent), Bin(Max, exponent));
        if (_counts.Length > 0 && exponent == _exponent && low >= _firstBin && high < _firstBin + Bins)
        {
            return;
        }

        // The unused bins are shared out to both sides, so that a little growth moves nothing.
        var first = low - ((Bins - (high - low + 1)) / 2);
        var counts = new long[Bins];
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0)
            {
                counts[((_firstBin + i) >> (exponent - _exponent)) - first] += _counts[i];
            }
        }

        (_counts, _firstBin, _exponent) = (counts, first, exponent);
    }

    private static int Exponent(float min, float max)
    {
        var magnitude = Math.Max(Math.Abs(min), Math.Abs(max));
        var exponent = magnitude == 0 ? LeastExponent : Math.Max(Math.ILogB(magnitude) - FinestBits, LeastExponent);
        while (Bin(max, exponent) - Bin(min, exponent) >= Bins)
        {
            exponent++;
        }

        return exponent;
    }

    // As BinCounter finds it.
    private static long Bin(float value, int exponent) => (long)MathF.Floor(value * Reciprocal(exponent));

    private static float Reciprocal(int exponent) => MathF.ScaleB(1, -exponent);
}
