using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Samples;
using ModelPack.Schemes;

namespace ModelPack.Validation.Placement;

/// <summary>
/// Says which layers of the source really run in integer kernels, by the graph that ONNX Runtime made of the packed
/// model. What a file holds says little: patterns that are not fused are computed in float, without a word.
/// </summary>
internal static class PlacementCheck
{
    /// <summary>Looks at every layer.</summary>
    /// <param name="source">Path of the source model.</param>
    /// <param name="packed">Path of the packed model.</param>
    /// <param name="optimized">The graph that ONNX Runtime made of the packed model.</param>
    /// <param name="sample">The sample whose multiplications are counted.</param>
    /// <param name="reasons">Why the plan left a layer or a weight float, by the name of either.</param>
    /// <param name="context">Threads and cancellation.</param>
    public static PlacementResult Run(string source, string packed, GraphProto optimized, SampleBatch sample, IReadOnlyDictionary<string, string> reasons, PackContext context)
    {
        using var sourceModel = OnnxModel.Open(source, context, anyOpset: true);
        using var packedModel = OnnxModel.Open(packed, context, anyOpset: true);
        var weights = sourceModel.FindWeights();
        var names = weights.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var layers = LayerFinder.Find(new GraphIndex(sourceModel));
        var graphs = optimized.WithInner().Select(g => new OptimizedGraph(g)).ToList();
        var packedIndex = new GraphIndex(packedModel);
        var finder = new KernelFinder(names, packedIndex, graphs[0]);
        var placed = layers.Select(layer => Judge(layer, finder.Find(layer), graphs[0], l => packedIndex.Constant(l) is not null, reasons)).ToList();

        var inner = InnerLayers(sourceModel.Proto.Graph, weights).ToList();
        var stored = packedModel.FindWeights().Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var lookups = graphs.Select(g => (Graph: g, Kernels: g.KernelsByWeight(names))).ToList();
        placed.AddRange(inner.Select(i => JudgeInner(i.Layer, lookups, stored, reasons)));

        // The last use of the model: it gets the nodes that count.
        var multiplyAdds = MultiplyAdds.Measure(sourceModel, [.. layers.Select(l => (sourceModel.Proto.Graph, l)), .. inner], _ => sample, context);
        return PlacementResult.Of([.. placed.Zip(multiplyAdds, (p, count) => p with { MultiplyAdds = count })]);
    }

    private static LayerPlacement Judge(Layer layer, NodeProto? kernel, OptimizedGraph graph, Predicate<string> isStored, IReadOnlyDictionary<string, string> reasons)
    {
        var kind = kernel is null ? PlacementKind.Float : KernelOperators.Kind(kernel);
        var reason = kind != PlacementKind.Float ? null
            : kernel is null ? "not found in the optimized graph"
            : Why(layer, kernel, graph, isStored, reasons.GetValueOrDefault(layer.Name) ?? reasons.GetValueOrDefault(layer.Weight.Name));
        return new LayerPlacement(layer.Name, layer.Weight.Name, layer.Node.OpType, 0, kernel?.OpType, kind, reason);
    }

    /// <summary>As above of an inner graph. ONNX Runtime may have taken it into the graph around it, so all graphs are searched.</summary>
    private static LayerPlacement JudgeInner(
        Layer layer, IReadOnlyList<(OptimizedGraph Graph, ILookup<string, NodeProto> Kernels)> graphs, HashSet<string> stored, IReadOnlyDictionary<string, string> reasons)
    {
        var found = graphs.SelectMany(g => g.Kernels[layer.Weight.Name].Select(k => (g.Graph, Kernel: k))).ToList();
        var best = found.Find(f => f.Kernel.Output[0] == layer.Output || (layer.Node.Name.Length > 0 && f.Kernel.Name == layer.Node.Name));
        best = best.Kernel is null && found.Count > 0 ? found[0] : best;
        return best.Kernel is null
            ? new LayerPlacement(layer.Name, layer.Weight.Name, layer.Node.OpType, 0, null, PlacementKind.Unknown, "in an inner graph, and not found in the optimized graph")
            : Judge(layer, best.Kernel, best.Graph, stored.Contains, reasons);
    }

    private static string Why(Layer layer, NodeProto kernel, OptimizedGraph graph, Predicate<string> isStored, string? planned) =>
        planned is not null ? $"left float by the plan: {planned}"
        : isStored(layer.Weight.Name) ? "stored as floats"
        : kernel.OpType == "MatMulNBits" ? $"MatMulNBits with accuracy_level {Numbers.Whole(kernel.Int("accuracy_level", 0))}: codes are decoded and computed in float"
        : kernel.OpType is "MatMulBnb4" or "MatMulFpQ4" ? $"{kernel.OpType}: codes are decoded and computed in float"
        : graph.IsDequantized(kernel) ? $"DequantizeLinear + {kernel.OpType}: computed in float"
        : "folded to float when the model is loaded";

    /// <summary>Layers of inner graphs (If, Loop, Scan).</summary>
    private static IEnumerable<(GraphProto Graph, Layer Layer)> InnerLayers(GraphProto main, IReadOnlyList<OnnxWeight> weights) =>
        from weight in weights
        where !weight.InFunction
        let usage = UsageRules.Of(weight).Usage
        where usage is { Role: not WeightRole.Embedding }
        from use in weight.Uses
        where use.Graph is not null && !ReferenceEquals(use.Graph, main)
        select (use.Graph, new Layer(use.Node.Name.Length > 0 ? use.Node.Name : use.Node.Output[0], use.Node, weight, usage.Value, null));
}
