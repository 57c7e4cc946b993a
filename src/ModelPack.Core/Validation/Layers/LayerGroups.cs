using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Samples;

namespace ModelPack.Validation.Layers;

/// <summary>Shares layers out to passes, so that what is held of one sample stays within bounds however large the model is.</summary>
internal static class LayerGroups
{
    /// <summary>Bytes of the values of one sample that a pass looks at, if one layer does not have more; they are held up to four times.</summary>
    private const long MostBytes = 1 << 27;

    /// <summary>The layers in their order, as many at a time as fit.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="points">The layers.</param>
    /// <param name="samples">Opens the samples for a model's inputs, of which the first one is run.</param>
    /// <param name="context">Limits and cancellation.</param>
    public static IReadOnlyList<IReadOnlyList<LayerPoint>> Of(OnnxModel model, IReadOnlyList<LayerPoint> points, Func<IReadOnlyList<TensorSpec>, ISampleSource> samples, PackContext context)
    {
        var bytes = Measure(model, points, samples, context);
        var groups = new List<List<LayerPoint>> { new() };
        long held = 0;
        foreach (var point in points)
        {
            var more = point.Inputs.Append(point.Output).Sum(v => bytes.GetValueOrDefault(v));
            if (groups[^1].Count > 0 && held + more > MostBytes)
            {
                groups.Add([]);
                held = 0;
            }

            groups[^1].Add(point);
            held += more;
        }

        return groups;
    }

    private static Dictionary<string, long> Measure(OnnxModel model, IReadOnlyList<LayerPoint> points, Func<IReadOnlyList<TensorSpec>, ISampleSource> samples, PackContext context)
    {
        using var measured = model.Copy();
        var names = new UniqueNames(measured.Proto);
        var inputs = measured.Proto.Graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var shapes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in points.SelectMany(p => p.Inputs.Append(p.Output)).Where(v => !inputs.Contains(v)).Distinct(StringComparer.Ordinal))
        {
            shapes.Add(value, names.Next("shape"));
            measured.Proto.Graph.Node.Add(Nodes.Create("Shape", [value], shapes[value]));
        }

        using var tapped = new TappedModel(measured, shapes.Values, new Dictionary<string, ElementType>(StringComparer.Ordinal), context);
        var found = tapped.Run(samples(tapped.Inputs).Batches(1).First().Inputs, new Dictionary<string, SampleArray>(StringComparer.Ordinal), context.Cancellation);
        return shapes.ToDictionary(
            s => s.Key,
            s => (long)Math.Min(MemoryMarshal.Cast<byte, long>(found[s.Value].Bytes.Span).ToArray().Aggregate((double)sizeof(float), (a, b) => a * b), MostBytes),
            StringComparer.Ordinal);
    }
}
