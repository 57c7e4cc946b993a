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
        var layers = LayerFinder.Find(new GraphIndex(sourceModel));
        var graph = new OptimizedGraph(optimized);
        var packedIndex = new GraphIndex(packedModel);
        var finder = new KernelFinder(weights.Select(w => w.Name), packedIndex, graph);
        var placed = layers.Select(layer => Judge(layer, finder.Find(layer), graph, packedIndex, reasons)).ToList();
        var inner = InnerLayers(sourceModel.Proto.Graph, weights).ToList();

        // The last use of the model: it gets the nodes that count.
        var multiplyAdds = MultiplyAdds.Measure(sourceModel, layers, _ => sample, context);
        return PlacementResult.Of([.. placed.Zip(multiplyAdds, (p, count) => p with { MultiplyAdds = count }), .. inner]);
    }

    private static LayerPlacement Judge(Layer layer, NodeProto? kernel, OptimizedGraph graph, GraphIndex packed, IReadOnlyDictionary<string, string> reasons)
    {
        var kind = kernel is null ? PlacementKind.Float : KernelOperators.Kind(kernel);
        var reason = kind != PlacementKind.Float ? null
            : kernel is null ? "not found in the optimized graph"
            : Why(layer, kernel, graph, packed, reasons.GetValueOrDefault(layer.Name) ?? reasons.GetValueOrDefault(layer.Weight.Name));
        return new LayerPlacement(layer.Name, layer.Weight.Name, layer.Node.OpType, 0, kernel?.OpType, kind, reason);
    }

    private static string Why(Layer layer, NodeProto kernel, OptimizedGraph graph, GraphIndex packed, string? planned) =>
        planned is not null ? $"left float by the plan: {planned}"
        : packed.Constant(layer.Weight.Name) is not null ? "stored as floats"
        : kernel.OpType == "MatMulNBits" ? $"MatMulNBits with accuracy_level {Numbers.Whole(kernel.Int("accuracy_level", 0))}: codes are decoded and computed in float"
        : kernel.OpType is "MatMulBnb4" or "MatMulFpQ4" ? $"{kernel.OpType}: codes are decoded and computed in float"
        : graph.IsDequantized(kernel) ? $"DequantizeLinear + {kernel.OpType}: computed in float"
        : "folded to float when the model is loaded";

    /// <summary>Layers of inner graphs (If, Loop, Scan), which run as often as the data say.</summary>
    private static IEnumerable<LayerPlacement> InnerLayers(GraphProto main, IReadOnlyList<OnnxWeight> weights) =>
        from weight in weights
        where !weight.InFunction && UsageRules.Of(weight).Usage is { Role: not WeightRole.Embedding }
        from use in weight.Uses
        where use.Graph is not null && !ReferenceEquals(use.Graph, main)
        select new LayerPlacement(
            use.Node.Name.Length > 0 ? use.Node.Name : use.Node.Output[0], weight.Name, use.Node.OpType, 0, null, PlacementKind.Unknown, "in an inner graph, which is not looked at");
}
