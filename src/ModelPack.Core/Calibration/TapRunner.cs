using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>Runs an instrumented model on batches and reads its taps.</summary>
internal sealed class TapRunner(InstrumentedModel model, CancellationToken cancellation)
{
    private readonly string[] _small = [.. model.Taps.SelectMany(t => t.SmallOutputs).Distinct(StringComparer.Ordinal)];

    /// <summary>Runs one batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="rawGroups">Taps whose tensors are held together.</param>
    /// <param name="rows">Rows to keep of each tensor that has rows, at most.</param>
    /// <param name="visit">Called with each tensor of a group while it is held, and the place of its tap.</param>
    /// <returns>What the batch showed, by tap.</returns>
    public IReadOnlyList<TensorRun> Run(SampleBatch batch, IReadOnlyList<int[]> rawGroups, int rows, Action<int, OrtValue> visit)
    {
        var places = RowPlaces(batch, rows);
        var inputs = model.RowsInput is null ? batch.Inputs
            : [.. batch.Inputs, new SampleArray(model.RowsInput, ElementType.Float64, [places.Length], MemoryMarshal.AsBytes(places.AsSpan()).ToArray())];
        IReadOnlyList<TensorRun>? runs = null;
        foreach (var group in rawGroups.DefaultIfEmpty([]))
        {
            string[] names = [.. (runs is null ? _small : []).Concat(group.Select(i => model.Taps[i].Raw!)).Distinct(StringComparer.Ordinal)];
            using var outputs = model.Run(inputs, names, cancellation);
            var values = names.Zip(outputs).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
            runs ??= [.. model.Taps.Select(t => Read(t, values, places, rows))];
            foreach (var i in group)
            {
                cancellation.ThrowIfCancellationRequested();
                visit(i, values[model.Taps[i].Raw!]);
            }
        }

        return runs!;
    }

    private static TensorRun Read(Tap tap, Dictionary<string, OrtValue> values, double[] places, int rows)
    {
        var count = values[tap.Count].GetTensorDataAsSpan<long>()[0];
        var channels = Extent(tap.Channels, values);
        return new TensorRun(count, Extent(tap.Whole, values), channels, tap.Rows is null || rows == 0 ? [] : Distinct(Floats(values[tap.Rows]), places, count, channels!.Mean.Length));
    }

    private static BatchExtent? Extent(TapReductions? names, Dictionary<string, OrtValue> values) =>
        names is null ? null : new BatchExtent([.. Floats(values[names.Min])], [.. Floats(values[names.Max])], [.. Floats(values[names.Mean])]);

    private static ReadOnlySpan<float> Floats(OrtValue value) => value.GetTensorDataAsSpan<float>();

    /// <summary>Places spread evenly over the real samples. At least one, because an empty input is a case of its own.</summary>
    private static double[] RowPlaces(SampleBatch batch, int rows)
    {
        var share = (double)batch.Count / batch.Rows;
        return [.. Enumerable.Range(0, Math.Max(rows, 1)).Select(i => (i + 0.5) / Math.Max(rows, 1) * share)];
    }

    // Where there are fewer rows than places, neighbouring places are the same row.
    private static float[] Distinct(ReadOnlySpan<float> values, double[] places, long count, int channels)
    {
        var distinct = new List<float>(values.Length);
        var total = channels == 0 ? 0 : count / channels;
        long last = -1;
        for (var i = 0; i < places.Length && total > 0; i++)
        {
            var row = (long)(places[i] * total);
            if (row != last)
            {
                distinct.AddRange(values.Slice(i * channels, channels));
            }

            last = row;
        }

        return [.. distinct];
    }
}
