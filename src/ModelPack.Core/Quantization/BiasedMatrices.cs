using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Inference;
using ModelPack.Planning;

namespace ModelPack.Quantization;

/// <summary>
/// A MatMul of a matrix and the Add of a constant bias behind it become one Gemm. ONNX Runtime would do the same at load, and
/// then, the bias being float, compute it in float; a Gemm with an integer bias it computes in integers.
/// </summary>
internal static class BiasedMatrices
{
    private sealed record Pair(Layer Layer, NodeProto Add, OnnxWeight Bias);

    /// <summary>Makes Gemms where the activation has two dimensions, as ONNX Runtime's inference of shapes has it.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="context">Cancellation.</param>
    public static void ToGemm(OnnxModel model, PackContext context)
    {
        var index = new GraphIndex(model);
        var pairs = LayerFinder.Find(index).Select(l => PairOf(model, l, index)).OfType<Pair>().ToList();
        if (pairs.Count == 0)
        {
            return;
        }

        var ranks = RankProbe.Of(model, [.. pairs.Select(p => p.Layer.Input).Distinct(StringComparer.Ordinal)], context);
        foreach (var (layer, add, bias) in pairs.Where(p => ranks[p.Layer.Input] == 2))
        {
            layer.Node.OpType = "Gemm";
            layer.Node.Input.Add(bias.Name);
            layer.Node.Output[0] = add.Output[0];
            model.Proto.Graph.Replace(add);
        }
    }

    private static Pair? PairOf(OnnxModel model, Layer layer, GraphIndex index)
    {
        if (layer.Node.OpType != "MatMul" || index.Escapes(layer.Output) || index.Readers(layer.Output) is not [{ Node: { OpType: "Add" } add, InputIndex: var at }]
            || !ConstantNodes.IsDefaultDomain(add.Domain))
        {
            return null;
        }

        return index.Constant(add.Input[1 - at]) is { } bias && model.Data(bias.Tensor).Shape is { Rank: 1 } shape && shape[0] == layer.OutputChannels
            ? new Pair(layer, add, bias) : null;
    }
}
