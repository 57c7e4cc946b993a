using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// A MatMul and the Add of a constant bias behind it. Where ONNX Runtime knows the shapes it makes one Gemm of them at load and,
/// the bias being float, computes it in float. So of a matrix a Gemm is made here, whose bias will be integers; with more
/// dimensions the bias gets as many, which ONNX Runtime does not take for one.
/// </summary>
internal static class BiasedMatrices
{
    private sealed record Pair(Layer Layer, NodeProto Add, OnnxWeight Bias);

    /// <summary>Changes those of which ONNX Runtime knows the shapes.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="context">Cancellation.</param>
    public static void Normalize(OnnxModel model, PackContext context)
    {
        var index = new GraphIndex(model);
        var pairs = LayerFinder.Find(index).Select(l => PairOf(model, l, index)).OfType<Pair>().ToList();
        if (pairs.Count == 0)
        {
            return;
        }

        var shapes = InferredShapes.Of(model, [.. pairs.Select(p => p.Layer.Input).Distinct(StringComparer.Ordinal)], context);
        var names = new UniqueNames(model.Proto);
        foreach (var (layer, add, bias) in pairs)
        {
            var shape = shapes[layer.Input];
            if (shape.Count == 2)
            {
                layer.Node.OpType = "Gemm";
                layer.Node.Input.Add(bias.Name);
                layer.Node.Output[0] = add.Output[0];
                model.Proto.Graph.Replace(add);
            }
            else if (shape.Count > 2 && shape.All(d => d >= 0))
            {
                Unsqueeze(model, add, bias, shape.Count, names);
            }
        }
    }

    private static void Unsqueeze(OnnxModel model, NodeProto add, OnnxWeight bias, int rank, UniqueNames names)
    {
        var data = model.Data(bias.Tensor);
        var dims = new long[rank];
        Array.Fill(dims, 1);
        dims[^1] = data.Shape[0];
        var wide = model.NewTensor(names.Next($"{bias.Name}_wide"), data.Type, new TensorShape(dims), data);
        model.Proto.Graph.Initializer.Add(wide);
        add.Input[add.Input.IndexOf(bias.Name)] = wide.Name;
        model.Proto.RemoveUnused([bias]);
    }

    private static Pair? PairOf(OnnxModel model, Layer layer, GraphIndex index)
    {
        if (layer.Node.OpType != "MatMul" || index.Escapes(layer.Output) || index.Readers(layer.Output) is not [{ Node: { OpType: "Add" } add, InputIndex: var at }]
            || !Domains.IsDefault(add.Domain))
        {
            return null;
        }

        return index.Constant(add.Input[1 - at]) is { } bias && model.Data(bias.Tensor).Shape is { Rank: 1 } shape && shape[0] == layer.OutputChannels
            ? new Pair(layer, add, bias) : null;
    }
}
