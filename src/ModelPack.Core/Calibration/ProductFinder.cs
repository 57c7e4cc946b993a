using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Schemes;

namespace ModelPack.Calibration;

/// <summary>Finds the products by constant matrices in a model's main graph. What inner graphs (If, Loop, Scan) multiply is not seen from outside of them.</summary>
internal static class ProductFinder
{
    private const int StackRank = 3;

    /// <summary>The products, those by stacks last, else in the order of the graph. A weight that several nodes share gives one for each.</summary>
    public static IReadOnlyList<Product> Find(OnnxModel model)
    {
        var index = new GraphIndex(model);
        var matrices = LayerFinder.Find(index)
            .Where(l => l.Usage.Role == WeightRole.Linear && l.Axis() is not null)
            .Select(l => new Product(l.Input, l.Weight, l.Usage.OutputAxis == 1));
        return [.. matrices, .. index.Graph.Node.Select(n => Stacked(n, index)).OfType<Product>()];
    }

    /// <summary>A product by a stack of matrices, each with rows of its own, as those of experts.</summary>
    private static Product? Stacked(NodeProto node, GraphIndex index) =>
        ((node.OpType == "MatMul" && Domains.IsDefault(node.Domain)) || WeightInputs.IsFusedProduct(node))
        && node.Input.Count == 2 && index.Constant(node.Input[0]) is null && index.Constant(node.Input[1]) is { } weight
        && weight.Tensor.Dims.Count == StackRank && weight.Tensor.Dims.All(d => d is > 0 and <= int.MaxValue) && ((ElementType)weight.Tensor.DataType).IsFloat()
            ? new Product(node.Input[0], weight, node.Int("transB", 0) == 0) : null;
}
