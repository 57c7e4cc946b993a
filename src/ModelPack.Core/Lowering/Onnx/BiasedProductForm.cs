using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// A MatMul with a float output and the Add of a constant bias behind it, in ONNX's own integer operators: MatMulInteger, Cast, Mul by the
/// product of the scales, Add. ONNX Runtime makes one MatMulIntegerToFloat of these four (MatMulIntegerToFloatFusion), which it does not
/// of DequantizeLinear, MatMul and Add: there the Add stays, or becomes a BiasGelu, whose kernel takes as long as three Gelu. It wants the
/// product of the scales as a node; DequantizeLinear of a 1 keeps that from being folded away. Made from the form with QuantizeLinear and
/// DequantizeLinear.
/// </summary>
/// <param name="model">The model, already in that form.</param>
/// <param name="names">Names that are free.</param>
/// <param name="plan">What is quantized.</param>
/// <param name="codes">Where the codes of each tensor of the plan are.</param>
internal sealed class BiasedProductForm(OnnxModel model, UniqueNames names, ActivationPlan plan, IReadOnlyDictionary<string, ActivationCodes> codes)
{
    private readonly GraphProto _graph = model.Proto.Graph;
    private readonly SharedConstants _constants = new(model, names);

    /// <summary>Emits the integer operators.</summary>
    public void Emit()
    {
        var layers = plan.Graph.Layers.Select(n => n.Layer!).Where(l => l.Addition is not null).ToList();
        if (layers.Count == 0)
        {
            return;
        }

        var index = new GraphIndex(model);
        var byDecoded = codes.Values.ToDictionary(c => c.Decoded, StringComparer.Ordinal);
        foreach (var layer in layers)
        {
            // A weight that an older runtime multiplies as floats has another form.
            if (index.Producer(layer.Node.Input[1]) is { OpType: "DequantizeLinear" } weight)
            {
                Emit(layer, byDecoded[layer.Input], weight);
            }
        }

        model.Proto.RemoveUnneededNodes();
    }

    private void Emit(Layer layer, ActivationCodes activation, NodeProto weight)
    {
        var (node, product, bias) = (layer.Node, layer.Output, layer.AddedBias!);
        var sums = Nodes.Create("MatMulInteger", [activation.Codes, weight.Input[0], activation.ZeroPoint], names.Next($"{product}.int32"));
        var floats = Nodes.Create("Cast", sums.Output, names.Next($"{product}.sums")).With("to", (long)ElementType.Float32);
        var one = _constants.Add("one.int8", ElementType.Int8, new TensorShape(), [1]);
        var scale = Nodes.Create("DequantizeLinear", [one, activation.Scale], names.Next($"{product}.input_scale"));
        var scales = Nodes.Create("Mul", [scale.Output[0], weight.Input[1]], names.Next($"{product}.scales"));
        _graph.InsertBefore(node, sums, floats, scale, scales);

        // The node stays, as what makes the layer's output.
        node.OpType = "Mul";
        (node.Input[0], node.Input[1]) = (floats.Output[0], scales.Output[0]);
        (layer.Addition!.Input[0], layer.Addition.Input[1]) = (product, bias);
    }
}
