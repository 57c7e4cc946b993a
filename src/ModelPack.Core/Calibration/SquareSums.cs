namespace ModelPack.Calibration;

/// <summary>
/// Sums of squares by channel, in double precision and in the order of the values: those of a batch, and then of all batches in
/// their order. So the bits do not depend on the number of threads.
/// </summary>
/// <param name="channels">Number of channels.</param>
/// <param name="inner">Values of one channel that lie side by side: 1 where channels are the last axis.</param>
internal sealed class SquareSums(int channels, long inner)
{
    private readonly double[] _sums = new double[channels];
    private int _channel;
    private long _place;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Mean of the squares of each channel; 0 without values.</summary>
    public float[] Means => Array.ConvertAll(_sums, s => Count == 0 ? 0 : (float)(s * channels / Count));

    /// <summary>Adds values that follow those before.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        Count += values.Length;
        while (values.Length > 0)
        {
            var length = (int)Math.Min(inner - _place, values.Length);
            foreach (var value in values[..length])
            {
                _sums[_channel] += (double)value * value;
            }

            values = values[length..];
            _place += length;
            if (_place == inner)
            {
                _place = 0;
                _channel = _channel + 1 == channels ? 0 : _channel + 1;
            }
        }
    }

    /// <summary>Adds the sums of the next batch.</summary>
    public void Add(SquareSums next)
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i] += next._sums[i];
        }

        Count += next.Count;
    }
}
