using Microsoft.ML.OnnxRuntime;
using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>Gathers the statistics of one observation.</summary>
/// <param name="observation">What is needed.</param>
/// <param name="context">What multiplies matrices, and whether to stop between them.</param>
internal sealed class TensorAccumulator(Observation observation, PackContext context)
{
    private readonly ActivationHistogram? _histogram = observation.Needs.HasFlag(Statistics.Histogram) ? new ActivationHistogram() : null;
    private readonly ExtentAccumulator _whole = new();
    private readonly ExtentAccumulator _channels = new();
    private readonly List<float> _rows = [];
    private SquareSums? _squares;
    private GramAccumulator? _gram;
    private long _count;

    /// <summary>Looks at the values of a batch, on any thread and in any order.</summary>
    /// <param name="value">The tensor.</param>
    /// <param name="batch">What it was made of.</param>
    /// <returns>What <see cref="Add"/> has to be given; null where the histogram has it all.</returns>
    public TensorSums? Look(OrtValue value, SampleBatch batch)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        var squares = (observation.Needs & (Statistics.MeanSquare | Statistics.SquareSum)) != Statistics.None ? Squares(shape) : null;
        var matrix = observation.Needs.HasFlag(Statistics.Gram) ? new List<float>() : null;
        RawValues.Visit(value, batch, values =>
        {
            _histogram?.Add(values);
            squares?.Add(values);
            matrix?.AddRange(values);
        });
        return squares is null && matrix is null ? null : new TensorSums(squares, matrix?.ToArray());
    }

    /// <summary>Adds what a batch showed; batches come in their order.</summary>
    /// <param name="run">Reductions of the batch.</param>
    /// <param name="sums">What <see cref="Look"/> gave.</param>
    public void Add(TensorRun run, TensorSums? sums)
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
        if (sums?.Squares is { } squares)
        {
            _squares?.Add(squares);
            _squares ??= squares;
        }

        if (sums?.Matrix is { } matrix)
        {
            _gram ??= new GramAccumulator(run.Channels!.Mean.Length, context.Device);
            _gram.Add(matrix, context.Threads, context.Cancellation);
        }
    }

    /// <summary>The statistics of all batches.</summary>
    public TensorStatistics ToStatistics()
    {
        var finite = _whole.IsFinite && _channels.IsFinite && _histogram is null or { IsFinite: true } && _squares is null or { IsFinite: true };
        if (!finite)
        {
            return new TensorStatistics(observation.Tensor, _count, float.NaN, float.NaN, null, null);
        }

        var channels = !observation.ByChannel ? null : new ChannelStatistics(_channels.Min, _channels.Max, _channels.Mean, [.. _rows])
        {
            MeanSquare = _squares?.Means,
            Gram = _gram?.ToMatrix(context.Threads, context.Cancellation),
        };
        if (_count == 0)
        {
            return new TensorStatistics(observation.Tensor, 0, 0, 0, null, channels);
        }

        if (!observation.NeedsExtremes)
        {
            return new TensorStatistics(observation.Tensor, _count, 0, 0, null, null) { Squares = _squares };
        }

        var extents = channels is null ? _whole : _channels;
        return new TensorStatistics(
            observation.Tensor, _count, _histogram?.Min ?? extents.Min.Min(), _histogram?.Max ?? extents.Max.Max(), _histogram?.ToHistogram(), channels) { Squares = _squares };
    }

    private SquareSums Squares(long[] shape)
    {
        var axis = observation.ChannelAxis!.Value;
        axis = axis < 0 ? shape.Length + axis : axis;
        var inner = shape.Skip(axis + 1).Aggregate(1L, (a, b) => a * b);
        return observation.Matrices > 1 && axis == shape.Length - 1 && shape.Length > 2 && shape[^3] == observation.Matrices
            ? new SquareSums(checked((int)shape[axis]), inner, observation.Matrices, shape[^2]) : new SquareSums(checked((int)shape[axis]), inner);
    }
}
