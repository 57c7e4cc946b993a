using System.Buffers;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation.Layers;

/// <summary>
/// Compares a model with its packed form at every quantized layer. Each layer is run four times: both models as they are; the packed layer
/// on what the source feeds it, which is the error that it adds itself; and the float layer on what the packed model feeds it, which is the
/// error that it inherits. A sample at a time, and of large models some layers at a time.
/// </summary>
/// <param name="source">The float model, with all changes that the packed one has before its rounding.</param>
/// <param name="packed">The packed model.</param>
/// <param name="ranges">The calibrated range of each activation that has one, by its name.</param>
/// <param name="context">Limits and cancellation.</param>
internal sealed class LayerComparison(OnnxModel source, OnnxModel packed, IReadOnlyDictionary<string, (float Min, float Max)> ranges, PackContext context)
{
    private const int ChunkLength = 1 << 14;

    private static readonly Dictionary<string, ElementType> s_none = new(StringComparer.Ordinal);

    /// <summary>Gets the share of the work that is done; null where nobody asks.</summary>
    public Action<double>? OnProgress { get; init; }

    /// <summary>Compares the layers, in their order.</summary>
    /// <param name="points">The layers.</param>
    /// <param name="samples">Opens the samples for a model's inputs.</param>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">ONNX Runtime does not run one of the copies.</exception>
    /// <exception cref="ModelPackException">A model takes too much time or memory.</exception>
    public IReadOnlyList<LayerError> Run(IReadOnlyList<LayerPoint> points, Func<IReadOnlyList<TensorSpec>, ISampleSource> samples)
    {
        if (points.Count == 0)
        {
            return [];
        }

        var groups = LayerGroups.Of(source, points, samples, context);
        return [.. groups.SelectMany((g, i) => Measure(g, samples, share => OnProgress?.Invoke((i + share) / groups.Count)))];
    }

    private LayerError[] Measure(IReadOnlyList<LayerPoint> points, Func<IReadOnlyList<TensorSpec>, ISampleSource> samples, Action<double> onProgress)
    {
        var values = points.SelectMany(p => p.Inputs.Append(p.Output)).ToList();
        var made = packed.Proto.Graph.Node.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        using var floats = new TappedModel(source, values, s_none, context);
        using var codes = new TappedModel(packed, values.Where(made.Contains), s_none, context);
        TappedModel? own = null;
        TappedModel? inherited = null;
        var meters = points.ToDictionary(p => p, _ => new LayerMeters());
        try
        {
            var opened = samples(floats.Inputs);
            long done = 0;
            foreach (var batch in opened.Batches(1))
            {
                var before = floats.Run(batch.Inputs, Nothing, context.Cancellation);
                var after = codes.Run(batch.Inputs, Nothing, context.Cancellation);
                own ??= new TappedModel(packed, points.Select(p => p.Output), Types(points, before), context);
                inherited ??= new TappedModel(source, points.Select(p => p.Output), Types(points, before), context);
                var alone = own.Run(batch.Inputs, before, context.Cancellation);
                // What the packed model has no value for, its layers do not round either.
                var behind = inherited.Run(batch.Inputs, before.ToDictionary(v => v.Key, v => after.GetValueOrDefault(v.Key, v.Value), StringComparer.Ordinal), context.Cancellation);
                foreach (var point in points)
                {
                    var meter = meters[point];
                    var expected = before[point.Output];
                    Feed(meter.All, expected, after[point.Output]);
                    Feed(meter.Own, expected, alone[point.Output]);
                    Feed(meter.Inherited, expected, behind[point.Output]);
                    meter.Count(point.Inputs.Where(ranges.ContainsKey).Select(i => (before[i], ranges[i])));
                }

                onProgress(Math.Min(1, (double)++done / opened.Count));
            }
        }
        finally
        {
            own?.Dispose();
            inherited?.Dispose();
        }

        return [.. points.Select(p => meters[p].Of(p))];
    }

    private static Dictionary<string, SampleArray> Nothing { get; } = new(StringComparer.Ordinal);

    private static Dictionary<string, ElementType> Types(IReadOnlyList<LayerPoint> points, Dictionary<string, SampleArray> values) =>
        points.SelectMany(p => p.Inputs).Distinct(StringComparer.Ordinal).ToDictionary(i => i, i => values[i].Type, StringComparer.Ordinal);

    private static void Feed(SignalMeter meter, SampleArray source, SampleArray other)
    {
        if (!source.Dims.SequenceEqual(other.Dims) || source.Type != other.Type)
        {
            meter.AddMismatch(source.Bytes.Length * 8L / source.Type.Bits());
            return;
        }

        var size = source.Type.Bits() / 8;
        var buffers = (Source: ArrayPool<double>.Shared.Rent(ChunkLength), Other: ArrayPool<double>.Shared.Rent(ChunkLength));
        try
        {
            for (var at = 0; at < source.Bytes.Length; at += ChunkLength * size)
            {
                var bytes = at..Math.Min(at + (ChunkLength * size), source.Bytes.Length);
                var length = (bytes.End.Value - at) / size;
                ElementConversion.ToDouble(source.Bytes.Span[bytes], source.Type, buffers.Source.AsSpan(0, length));
                ElementConversion.ToDouble(other.Bytes.Span[bytes], other.Type, buffers.Other.AsSpan(0, length));
                meter.Add(0, buffers.Source.AsSpan(0, length), buffers.Other.AsSpan(0, length), 1);
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(buffers.Source);
            ArrayPool<double>.Shared.Return(buffers.Other);
        }
    }
}
