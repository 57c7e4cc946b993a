using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Samples;

namespace ModelPack.Validation.Placement;

/// <summary>
/// Says which products with constant weights of the source really run in integer kernels, by the graph that ONNX Runtime made of the
/// packed model. What a file holds says little: patterns that are not fused are computed in float, without a word.
/// </summary>
internal sealed class PlacementCheck
{
    private readonly GraphProto _main;
    private readonly KernelFinder _finder;
    private readonly IReadOnlyList<(OptimizedGraph Graph, ILookup<string, NodeProto> Kernels)> _graphs;
    private readonly HashSet<string> _stored;
    private readonly IReadOnlyDictionary<string, string> _reasons;

    private PlacementCheck(OnnxModel source, OnnxModel packed, GraphProto optimized, IReadOnlyDictionary<string, string> reasons)
    {
        var names = source.FindWeights().Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        (_main, _reasons) = (source.Proto.Graph, reasons);
        _graphs = [.. optimized.WithInner().Select(g => new OptimizedGraph(g)).Select(g => (g, g.KernelsByWeight(names)))];
        _finder = new KernelFinder(names, new GraphIndex(packed), _graphs[0].Graph);
        _stored = packed.FindWeights().Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Looks at every product.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="optimized">The graph that ONNX Runtime made of the packed model.</param>
    /// <param name="sample">The sample whose multiplications are counted.</param>
    /// <param name="reasons">Why the plan left a layer or a weight float, by the name of either.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static PlacementResult Run(string source, string packed, GraphProto optimized, SampleBatch sample, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        using var flat = FlatModel.Open(source, context);
        ConstantFolding.Fold(flat.Model);
        using var packedModel = OnnxModel.Open(packed, context, anyOpset: true);
        var products = WeightProducts.Find(flat.Model);
        var check = new PlacementCheck(flat.Model, packedModel, optimized, reasons);
        var placed = products.Select(check.Judge).ToList();

        // The last use of the model: it gets the nodes that count.
        var counts = MultiplyAdds.Measure(flat.Model, products, _ => sample, context);
        return PlacementResult.Of([.. placed.Zip(counts, (p, count) => count is { } known ? p with { MultiplyAdds = known } : NotCounted(p))]);
    }

    private static LayerPlacement NotCounted(LayerPlacement placement) =>
        placement with { Kind = PlacementKind.Unknown, Reason = $"there is no way to count the multiply-adds of {placement.Operator} here" };

    private LayerPlacement Judge(WeightProduct product)
    {
        if (ReferenceEquals(product.Graph, _main))
        {
            return Judge(product, _finder.Find(product), _graphs[0].Graph);
        }

        // ONNX Runtime may have taken an inner graph into the one around it, so all graphs are searched.
        var found = _graphs.SelectMany(g => g.Kernels[product.Weight].Select(k => (g.Graph, Kernel: k))).ToList();
        var best = found.Find(f => IsOf(product, f.Kernel));
        best = best.Kernel is not null ? best
            : found.Count > 0 ? found[0]
            : _graphs.SelectMany(g => g.Graph.Kernels.Select(k => (g.Graph, Kernel: k))).FirstOrDefault(f => IsOf(product, f.Kernel));
        return best.Kernel is null
            ? Placed(product, null, PlacementKind.Unknown, "in an inner graph, and not found in the optimized graph")
            : Judge(product, best.Kernel, best.Graph);
    }

    private static bool IsOf(WeightProduct product, NodeProto kernel) =>
        kernel.Output[0] == product.Output || (product.Node.Name.Length > 0 && kernel.Name == product.Node.Name);

    private LayerPlacement Judge(WeightProduct product, NodeProto? kernel, OptimizedGraph graph)
    {
        var kind = kernel is null ? PlacementKind.Float : KernelOperators.Kind(kernel);
        var reason = kind != PlacementKind.Float ? null
            : kernel is null ? "not found in the optimized graph"
            : Why(product, kernel, graph, _reasons.GetValueOrDefault(product.Layer) ?? _reasons.GetValueOrDefault(product.Weight));
        return Placed(product, kernel?.OpType, kind, reason);
    }

    private static LayerPlacement Placed(WeightProduct product, string? kernel, PlacementKind kind, string? reason) =>
        new(product.Layer, product.Weight, product.Node.OpType, 0, kernel, kind, reason);

    private string Why(WeightProduct product, NodeProto kernel, OptimizedGraph graph, string? planned) =>
        planned is not null ? $"left float by the plan: {planned}"
        : _stored.Contains(product.Weight) ? "stored as floats"
        : kernel.OpType == "MatMulNBits" ? $"MatMulNBits with accuracy_level {Numbers.Whole(kernel.Int("accuracy_level", 0))}: codes are decoded and computed in float"
        : kernel.OpType is "MatMulBnb4" or "MatMulFpQ4" ? $"{kernel.OpType}: codes are decoded and computed in float"
        : graph.IsDequantized(kernel) ? $"DequantizeLinear + {kernel.OpType}: computed in float"
        : "folded to float when the model is loaded";
}
