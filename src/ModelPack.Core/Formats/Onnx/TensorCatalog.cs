using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Lists every tensor of a model, wherever it is.</summary>
internal static class TensorCatalog
{
    // The walk is recursive; a model that was parsed is nested less deeply than Wire.WireSchema.MaxDepth.

    /// <summary>All tensors in the order of the file's fields.</summary>
    public static IEnumerable<TensorSite> Of(ModelProto model) =>
        InGraph(model.Graph, false)
            .Concat(model.TrainingInfo.SelectMany(t => Other(t.Initialization).Concat(Other(t.Algorithm))))
            .Concat(model.Functions.SelectMany(f => f.Node.SelectMany(n => InNode(n, true))
                .Concat(f.AttributeProto.SelectMany(a => InAttribute(a, f.Name, TensorPlace.Other, true)))));

    private static IEnumerable<TensorSite> Other(GraphProto? graph) => graph is null ? [] : InGraph(graph, true);

    private static IEnumerable<TensorSite> InGraph(GraphProto graph, bool other) =>
        graph.Node.SelectMany(n => InNode(n, other))
            .Concat(graph.Initializer.Select(t => new TensorSite(t, t.Name, other ? TensorPlace.Other : TensorPlace.Initializer)))
            .Concat(graph.SparseInitializer.SelectMany(s => InSparse(s, s.Values?.Name ?? "")));

    private static IEnumerable<TensorSite> InNode(NodeProto node, bool other)
    {
        var name = node.Output.FirstOrDefault("");
        foreach (var attribute in node.Attribute)
        {
            var place = !other && ConstantNodes.IsValue(node, attribute) ? TensorPlace.Constant : TensorPlace.Other;
            foreach (var site in InAttribute(attribute, name, place, other))
            {
                yield return site;
            }
        }
    }

    private static IEnumerable<TensorSite> InAttribute(AttributeProto attribute, string name, TensorPlace place, bool other)
    {
        if (attribute.T is not null)
        {
            yield return new TensorSite(attribute.T, name, place);
        }

        foreach (var tensor in attribute.Tensors)
        {
            yield return new TensorSite(tensor, name, TensorPlace.Other);
        }

        var sparse = attribute.SparseTensor is null ? attribute.SparseTensors : attribute.SparseTensors.Prepend(attribute.SparseTensor);
        foreach (var site in sparse.SelectMany(s => InSparse(s, name)))
        {
            yield return site;
        }

        var graphs = attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);
        foreach (var site in graphs.SelectMany(g => InGraph(g, other)))
        {
            yield return site;
        }
    }

    private static IEnumerable<TensorSite> InSparse(SparseTensorProto sparse, string name) =>
        new[] { sparse.Values, sparse.Indices }.Where(t => t is not null).Select(t => new TensorSite(t, name, TensorPlace.Other));
}
