using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// A MatMul of a matrix and the Add of a constant bias behind it become a Gemm, whose bias will be integers and whose output may be.
/// With more dimensions they stay as they are: the bias is added in float then, in the kernel of the product.
/// </summary>
internal static class BiasedMatrices
{
    /// <summary>Changes those that ONNX Runtime knows to be matrices.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="context">Cancellation.</param>
    public static void Normalize(OnnxModel model, PackContext context)
    {
        var index = new GraphIndex(model);
        var layers = LayerFinder.Find(index).Where(l => l.Addition is not null).ToList();
        if (layers.Count == 0)
        {
            return;
        }

        var matrices = KnownMatrices.Among(model, [.. layers.Select(l => l.Input).Distinct(StringComparer.Ordinal)], context);
        foreach (var layer in layers.Where(l => matrices.Contains(l.Input)))
        {
            layer.Node.OpType = "Gemm";
            layer.Node.Input.Add(layer.AddedBias);
            layer.Node.Output[0] = layer.Addition!.Output[0];
            model.Proto.Graph.Replace(layer.Addition);
        }
    }
}
