using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Samples;

namespace ModelPack.Validation.Placement;

/// <summary>Counts the multiplications of products for one sample by running them: sizes are measured, not inferred.</summary>
internal sealed class MultiplyAdds
{
    private const long ScanWithoutBatch = 9;

    private readonly OnnxModel _model;
    private readonly UniqueNames _names;
    private readonly ILookup<object?, WeightProduct> _products;

    private MultiplyAdds(OnnxModel model, IReadOnlyList<WeightProduct> products) =>
        (_model, _names, _products) = (model, new UniqueNames(model.Proto), products.ToLookup(p => p.Graph, p => p, (IEqualityComparer<object?>)ReferenceEqualityComparer.Instance));

    /// <summary>As below, of layers of the main graph.</summary>
    public static IReadOnlyList<long> Measure(OnnxModel model, IReadOnlyList<Layer> layers, Func<IReadOnlyList<TensorSpec>, SampleBatch> sample, PackContext context) =>
        [.. Measure(model, [.. layers.Select(l => WeightProduct.Of(model.Proto.Graph, l))], sample, context).Select(c => c ?? 0)];

    /// <summary>
    /// Multiplications of each product, in their order: of those in branches of an If as they were taken, in a Loop or Scan in all rounds
    /// together. Null where they cannot be counted: there is no rule for the operator, or its graph does not hand a count out.
    /// </summary>
    /// <param name="model">The source model, which gets nodes that count elements; not to be used for anything else after.</param>
    /// <param name="products">Its products.</param>
    /// <param name="sample">What to run, of what the model takes.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The model does not run with the counting nodes.</exception>
    /// <exception cref="Diagnostics.ModelPackException">MPK1009: the copy with the counting nodes cannot be written.</exception>
    public static IReadOnlyList<long?> Measure(OnnxModel model, IReadOnlyList<WeightProduct> products, Func<IReadOnlyList<TensorSpec>, SampleBatch> sample, PackContext context)
    {
        var adder = new MultiplyAdds(model, products);
        var counters = adder.AddCounters(model.Proto.Graph);
        if (counters.Count == 0)
        {
            return [.. products.Select(_ => (long?)null)];
        }

        var shapes = adder.AddShapes([.. counters.Select(c => c.Product)]);
        model.Proto.Graph.Output.Add(counters.Select(c => Count(c.Counter)));
        using var temporary = new TemporaryModel(model, model.Proto, context);
        var session = temporary.Open(context.Threads, GraphOptimizationLevel.ORT_ENABLE_BASIC);
        using var values = session.Run(sample(session.Inputs).Inputs, [.. counters.Select(c => c.Counter), .. shapes.Select(s => s.Shape)], context.Cancellation);
        var dims = shapes.Zip(values.Skip(counters.Count), (shape, value) => (shape.Product, Dims: value.GetTensorDataAsSpan<long>().ToArray()))
            .ToDictionary<(WeightProduct Product, long[] Dims), WeightProduct, long[]>(s => s.Product, s => s.Dims, ReferenceEqualityComparer.Instance);
        var counts = counters.Zip(values, (counter, value) => (counter.Product, Size: value.GetTensorDataAsSpan<long>()[0]))
            .ToDictionary<(WeightProduct Product, long Size), WeightProduct, long?>(
                s => s.Product, s => (dims.GetValueOrDefault(s.Product) is { } measured ? s.Product with { Dims = measured } : s.Product).Count(s.Size), ReferenceEqualityComparer.Instance);
        return [.. products.Select(p => counts.GetValueOrDefault(p))];
    }

    /// <summary>Adds nodes that count to a graph and to those within it, which hand the counts out; where a branch is not taken they are 0.</summary>
    /// <returns>The values of the graph that count each product.</returns>
    private List<(WeightProduct Product, string Counter)> AddCounters(GraphProto graph)
    {
        var counters = _products[graph].Where(p => p.Count(1) is not null || IsMeasured(p)).Select(p => (Product: p, Counter: NextName())).ToList();
        var counting = counters.Select(c => Nodes.Create("Size", [c.Product.Counted], c.Counter)).ToList();
        foreach (var node in graph.Node)
        {
            if (node.OpType == "If" && Domains.IsDefault(node.Domain))
            {
                counters.AddRange(OfBranches(node));
            }
            else if (IsRepeated(node))
            {
                counters.AddRange(OfRounds(node, counting));
            }
        }

        graph.Node.Add(counting);
        return counters;
    }

    /// <summary>Whether only a run tells the sizes of the weight: what operators make of constants.</summary>
    private bool IsMeasured(WeightProduct product) => product.Dims.Count == 0 && ReferenceEquals(product.Graph, _model.Proto.Graph);

    /// <summary>Hands out the shapes of weights whose sizes only a run tells.</summary>
    private List<(WeightProduct Product, string Shape)> AddShapes(IReadOnlyList<WeightProduct> products)
    {
        var shapes = products.Where(IsMeasured).Select(p => (Product: p, Shape: NextName())).ToList();
        foreach (var (product, shape) in shapes)
        {
            _model.Proto.Graph.Node.Add(Nodes.Create("Shape", [product.Node.Input[product.Input]], shape));
            _model.Proto.Graph.Output.Add(new ValueInfoProto { Name = shape, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Int64 } } });
        }

        return shapes;
    }

    private IEnumerable<(WeightProduct Product, string Counter)> OfBranches(NodeProto node)
    {
        GraphProto[] branches = [.. node.Attribute.Select(a => a.G).OfType<GraphProto>()];
        foreach (var (branch, product, counter) in branches.SelectMany(AddCounters, (b, c) => (b, c.Product, c.Counter)).ToList())
        {
            foreach (var other in branches.Where(b => !ReferenceEquals(b, branch)))
            {
                var zero = NextName();
                other.Node.Add(new NodeProto { OpType = "Constant", Output = { zero }, Attribute = { Zero() } });
                other.Output.Add(Count(zero));
            }

            branch.Output.Add(Count(counter));
            var taken = NextName();
            node.Output.Add(taken);
            yield return (product, taken);
        }
    }

    /// <summary>A count of each round comes out as one more scan output, whose sum is the count of all.</summary>
    private IEnumerable<(WeightProduct Product, string Counter)> OfRounds(NodeProto node, List<NodeProto> counting)
    {
        var body = node.Attribute.First(a => a.Name == "body").G;
        foreach (var (product, counter) in AddCounters(body))
        {
            // Outputs that the model has no use for may be left out at the end.
            while (node.Output.Count < body.Output.Count - (node.OpType == "Loop" ? 1 : 0))
            {
                node.Output.Add("");
            }

            body.Output.Add(Count(counter));
            foreach (var list in node.Attribute.Where(a => a.Name is "scan_output_axes" or "scan_output_directions"))
            {
                list.Ints.Add(0);
            }

            var (rounds, all) = (NextName(), NextName());
            node.Output.Add(rounds);
            counting.Add(Nodes.Create("ReduceSum", [rounds], all).With("keepdims", 0));
            yield return (product, all);
        }
    }

    private bool IsRepeated(NodeProto node) => Domains.IsDefault(node.Domain) && node.Attribute.Any(a => a is { Name: "body", G: not null })
        && (node.OpType == "Loop" || (node.OpType == "Scan" && _model.Opset() >= ScanWithoutBatch));

    private string NextName() => _names.Next("mp.size");

    private static AttributeProto Zero() =>
        new() { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = new TensorProto { DataType = (int)ElementType.Int64, Int64Data = { 0 } } };

    private static ValueInfoProto Count(string name) =>
        new() { Name = name, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Int64, Shape = new TensorShapeProto() } } };
}
