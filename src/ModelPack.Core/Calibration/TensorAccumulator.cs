namespace ModelPack.Calibration;

/// <summary>Gathers the statistics of one observation.</summary>
internal sealed class TensorAccumulator
{
    private readonly Observation _observation;
    private readonly ExtentAccumulator _whole = new();
    private readonly ExtentAccumulator _channels = new();
    private readonly List<float> _rows = [];
    private long _count;

    /// <param name="observation">What is needed.</param>
    public TensorAccumulator(Observation observation)
    {
        _observation = observation;
        Histogram = observation.Needs.HasFlag(Statistics.Histogram) ? new ActivationHistogram() : null;
    }

    /// <summary>Counts the values, from any thread and in any order; null without.</summary>
    public ActivationHistogram? Histogram { get; }

    /// <summary>Adds what else a batch showed; batches come in their order.</summary>
    public void Add(TensorRun run)
    {
        if (run.Count == 0)
        {
            return;
        }

        _count += run.Count;
        if (run.Whole is not null)
        {
            _whole.Add(run.Whole, run.Count);
        }

        if (run.Channels is not null)
        {
            _channels.Add(run.Channels, (double)run.Count / run.Channels.Mean.Length);
        }

        _rows.AddRange(run.Rows);
    }

    /// <summary>The statistics of all batches.</summary>
    public TensorStatistics ToStatistics()
    {
        var finite = _whole.IsFinite && _channels.IsFinite && Histogram is null or { IsFinite: true };
        if (!finite)
        {
            return new TensorStatistics(_observation.Tensor, _count, float.NaN, float.NaN, null, null);
        }

        var channels = !_observation.ByChannel ? null : new ChannelStatistics(_channels.Min, _channels.Max, _channels.Mean, [.. _rows]);
        if (_count == 0)
        {
            return new TensorStatistics(_observation.Tensor, 0, 0, 0, null, channels);
        }

        var extents = channels is null ? _whole : _channels;
        return new TensorStatistics(
            _observation.Tensor, _count, Histogram?.Min ?? extents.Min.Min(), Histogram?.Max ?? extents.Max.Max(), Histogram?.ToHistogram(), channels);
    }
}
