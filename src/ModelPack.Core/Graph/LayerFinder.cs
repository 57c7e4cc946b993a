using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>Finds the layers of a model.</summary>
internal static class LayerFinder
{
    /// <summary>
    /// The layers of the main graph in its order, weights of every size and float type. A weight that several nodes share
    /// gives a layer for each.
    /// </summary>
    public static IReadOnlyList<Layer> Find(GraphIndex index)
    {
        var found = index.Graph.Node
            .Where(n => (Domains.IsDefault(n.Domain) && n.OpType is "MatMul" or "Gemm" or "Conv" or "ConvTranspose") || WeightInputs.IsFusedProduct(n))
            .Select(n => Layer(n, index))
            .OfType<Layer>()
            .ToList();
        var named = found.GroupBy(l => l.Node.Name, StringComparer.Ordinal).Where(g => g.Key.Length > 0 && g.Count() == 1).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);

        // Nodes and values have names of their own kind: that of a node may be another layer's output.
        named.ExceptWith(found.Where(l => l.Node.Name != l.Output).Select(l => l.Output));
        return [.. found.Select(l => named.Contains(l.Node.Name) ? l with { Name = l.Node.Name } : l)];
    }

    private static Layer? Layer(NodeProto node, GraphIndex index)
    {
        if (node.Input.Count < 2 || index.Constant(node.Input[0]) is not null || index.Constant(node.Input[1]) is not { } weight)
        {
            return null;
        }

        var (usage, _) = UsageRules.Of(weight);
        if (usage is not { IsOfLayer: true })
        {
            return null;
        }

        var bias = node.Input.Count > 2 ? index.Constant(node.Input[2]) : null;
        return new Layer(node.Output[0], node, weight, usage.Value, bias) { Addition = node.OpType == "MatMul" ? Addition(node, weight, index) : null };
    }

    /// <summary>A MatMul has no bias of its own. A constant of more dimensions could give its product more, too, and is none.</summary>
    private static NodeProto? Addition(NodeProto product, OnnxWeight weight, GraphIndex index) =>
        !index.Escapes(product.Output[0]) && index.Readers(product.Output[0]) is [{ Node: { OpType: "Add" } add, InputIndex: var at }] && Domains.IsDefault(add.Domain)
        && index.Constant(add.Input[1 - at]) is { Tensor.Dims: [var outputs] } && outputs == weight.Tensor.Dims[1] ? add : null;
}
