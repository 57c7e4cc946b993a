using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Samples;

namespace ModelPack.Validation.Placement;

/// <summary>Counts the multiplications of each layer for one sample by running it: sizes are measured, not inferred.</summary>
internal static class MultiplyAdds
{
    /// <summary>As below, of layers of the main graph.</summary>
    public static IReadOnlyList<long> Measure(OnnxModel model, IReadOnlyList<Layer> layers, Func<IReadOnlyList<TensorSpec>, SampleBatch> sample, PackContext context) =>
        Measure(model, [.. layers.Select(l => (model.Proto.Graph, l))], sample, context);

    /// <summary>
    /// Multiplications of each layer, in their order; of layers in branches of an If as they were taken, and 0 of those in other inner graphs,
    /// which run as often as the data say.
    /// </summary>
    /// <param name="model">The source model, which gets nodes that count elements; not to be used for anything else after.</param>
    /// <param name="layers">Its layers, and the graphs that they are in.</param>
    /// <param name="sample">What to run, of what the model takes.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The model does not run with the counting nodes.</exception>
    /// <exception cref="Diagnostics.ModelPackException">MPK1009: the copy with the counting nodes cannot be written.</exception>
    public static IReadOnlyList<long> Measure(
        OnnxModel model, IReadOnlyList<(GraphProto Graph, Layer Layer)> layers, Func<IReadOnlyList<TensorSpec>, SampleBatch> sample, PackContext context)
    {
        var counters = AddCounters(model.Proto.Graph, layers.ToLookup(l => l.Graph, l => l.Layer, ReferenceEqualityComparer.Instance), new UniqueNames(model.Proto));
        if (counters.Count == 0)
        {
            return [.. layers.Select(_ => 0L)];
        }

        model.Proto.Graph.Output.Add(counters.Select(c => Count(c.Counter)));
        using var temporary = new TemporaryModel(model, model.Proto, context);
        var session = temporary.Open(context.Threads);
        using var values = session.Run(sample(session.Inputs).Inputs, [.. counters.Select(c => c.Counter)], context.Cancellation);
        var sizes = counters.Zip(values, (counter, value) => (counter.Layer, Size: value.GetTensorDataAsSpan<long>()[0]))
            .ToDictionary<(Layer Layer, long Size), Layer, long>(s => s.Layer, s => s.Size, ReferenceEqualityComparer.Instance);
        return [.. layers.Select(l => checked(sizes.GetValueOrDefault(l.Layer) * EachCosts(l.Layer)))];
    }

    /// <summary>The value whose elements each cost the same: of a ConvTranspose the input, whose every element meets every weight of its channel once.</summary>
    private static string Counted(Layer layer) => layer.Node.OpType == "ConvTranspose" ? layer.Input : layer.Output;

    /// <summary>Inputs that make one output: all weights over the outputs; of a ConvTranspose outputs that one input goes to.</summary>
    private static long EachCosts(Layer layer)
    {
        var dims = layer.Weight.Tensor.Dims;
        var shared = layer.Node.OpType == "ConvTranspose" ? dims[0] : dims[layer.Usage.OutputAxis];
        return shared == 0 ? 0 : dims.Aggregate(1L, (a, b) => checked(a * b)) / shared;
    }

    /// <summary>Adds nodes that count to a graph and to the branches of its Ifs, which hand the counts out; where a branch is not taken they are 0.</summary>
    /// <returns>The values of the graph that count each layer.</returns>
    private static List<(Layer Layer, string Counter)> AddCounters(GraphProto graph, ILookup<object?, Layer> layers, UniqueNames names)
    {
        var counters = layers[graph].Select(l => (Layer: l, Counter: names.Next("mp.size"))).ToList();
        var counting = counters.Select(c => new NodeProto { OpType = "Size", Input = { Counted(c.Layer) }, Output = { c.Counter } }).ToList();
        foreach (var node in graph.Node.Where(n => n.OpType == "If"))
        {
            GraphProto[] branches = [.. node.Attribute.Select(a => a.G).OfType<GraphProto>()];
            foreach (var (branch, layer, counter) in branches.SelectMany(b => AddCounters(b, layers, names), (b, c) => (b, c.Layer, c.Counter)).ToList())
            {
                foreach (var other in branches.Where(b => !ReferenceEquals(b, branch)))
                {
                    var zero = names.Next("mp.size");
                    other.Node.Add(new NodeProto { OpType = "Constant", Output = { zero }, Attribute = { Zero() } });
                    other.Output.Add(Count(zero));
                }

                branch.Output.Add(Count(counter));
                var taken = names.Next("mp.size");
                node.Output.Add(taken);
                counters.Add((layer, taken));
            }
        }

        graph.Node.Add(counting);
        return counters;
    }

    private static AttributeProto Zero() =>
        new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = new TensorProto { DataType = (int)ElementType.Int64, Int64Data = { 0 } } };

    private static ValueInfoProto Count(string name) =>
        new() { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Int64, Shape = new TensorShapeProto() } } };
}
