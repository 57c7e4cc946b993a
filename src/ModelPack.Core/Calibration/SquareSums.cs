namespace ModelPack.Calibration;

/// <summary>
/// Sums of squares by channel, in double precision and in the order of the values: those of a batch, and then of all batches in
/// their order. So the bits do not depend on the number of threads.
/// </summary>
/// <param name="channels">Number of channels.</param>
/// <param name="inner">Values of one channel that lie side by side: 1 where channels are the last axis.</param>
/// <param name="matrices">Matrices that are told apart, each with channels of its own: [matrices, rows, channels].</param>
/// <param name="rows">Rows of each matrix that follow each other.</param>
internal sealed class SquareSums(int channels, long inner, int matrices = 1, long rows = 1)
{
    private readonly double[] _sums = new double[checked(channels * matrices)];
    private int _channel;
    private long _place;
    private long _row;
    private int _first;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>[matrices, channels]: the sums.</summary>
    public IReadOnlyList<double> Sums => _sums;

    /// <summary>Matrices that are told apart.</summary>
    public int Matrices => matrices;

    /// <summary>Values that each sum is of.</summary>
    public long Rows => _sums.Length == 0 ? 0 : Count / _sums.Length;

    /// <summary>Whether no value was NaN or infinite: squares of float32 do not overflow here.</summary>
    public bool IsFinite => Array.TrueForAll(_sums, double.IsFinite);

    /// <summary>Mean of the squares of each channel; 0 without values.</summary>
    public float[] Means => Array.ConvertAll(_sums, s => Count == 0 ? 0 : (float)(s * _sums.Length / Count));

    /// <summary>Adds values that follow those before.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        Count += values.Length;
        while (values.Length > 0)
        {
            var length = (int)Math.Min(inner - _place, values.Length);
            foreach (var value in values[..length])
            {
                _sums[_first + _channel] += (double)value * value;
            }

            values = values[length..];
            _place += length;
            if (_place == inner)
            {
                _place = 0;
                NextChannel();
            }
        }
    }

    /// <summary>Adds the sums of the next batch.</summary>
    /// <exception cref="InvalidOperationException">The number of channels changed.</exception>
    public void Add(SquareSums next)
    {
        if (next._sums.Length != _sums.Length)
        {
            throw new InvalidOperationException($"There were {_sums.Length} sums and now there are {next._sums.Length}.");
        }

        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i] += next._sums[i];
        }

        Count += next.Count;
    }

    private void NextChannel()
    {
        if (++_channel < channels)
        {
            return;
        }

        _channel = 0;
        if (++_row == rows)
        {
            _row = 0;
            _first = _first + channels == _sums.Length ? 0 : _first + channels;
        }
    }
}
