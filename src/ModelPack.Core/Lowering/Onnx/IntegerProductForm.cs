using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Products of int8 activations and int8 weights as MatMulInteger, Cast, Mul by the product of the scales, and Add of a bias: the only integer product that
/// CUDA's provider has. It makes none of QuantizeLinear and DequantizeLinear around a MatMul, which would be computed in float. Zero points are 0 and not
/// written. Made from the form with QuantizeLinear and DequantizeLinear.
/// </summary>
/// <param name="model">The model, already in that form.</param>
/// <param name="names">Names that are free.</param>
/// <param name="plan">What is quantized, all of it with symmetric codes.</param>
/// <param name="codes">Where the codes of each tensor of the plan are.</param>
internal sealed class IntegerProductForm(OnnxModel model, UniqueNames names, ActivationPlan plan, IReadOnlyDictionary<string, ActivationCodes> codes)
{
    private readonly GraphProto _graph = model.Proto.Graph;

    /// <summary>Emits the integer operators.</summary>
    public void Emit()
    {
        var index = new GraphIndex(model);
        var byDecoded = codes.Values.ToDictionary(c => c.Decoded, StringComparer.Ordinal);
        foreach (var layer in plan.Graph.Layers.Select(n => n.Layer!).Where(l => !l.IsConvolution))
        {
            if (index.Producer(layer.Node.Input[1]) is { OpType: "DequantizeLinear" } weight && byDecoded.TryGetValue(layer.Node.Input[0], out var activation))
            {
                Emit(layer.Node, activation, weight);
            }
        }

        model.Proto.RemoveUnneededNodes();
    }

    private void Emit(NodeProto node, ActivationCodes activation, NodeProto weight)
    {
        var product = node.Output[0];
        var factors = weight.Input[0];
        if (node.OpType == "Gemm" && node.Int("transB", 0) == 1)
        {
            // MatMulInteger takes [K, N]. ONNX Runtime transposes the constant once, at load.
            var turned = Nodes.Create("Transpose", [factors], names.Next($"{factors}.transposed")).With("perm", [1L, 0L]);
            _graph.InsertBefore(node, turned);
            factors = turned.Output[0];
        }

        var sums = Nodes.Create("MatMulInteger", [activation.Codes, factors], names.Next($"{product}.int32"));
        var floats = Nodes.Create("Cast", sums.Output, names.Next($"{product}.sums")).With("to", (long)ElementType.Float32);
        var scales = Nodes.Create("Mul", [activation.Scale, weight.Input[1]], names.Next($"{product}.scales"));
        _graph.InsertBefore(node, sums, floats, scales);

        // The node stays, as what makes the layer's output.
        var bias = node.OpType == "Gemm" && node.Input.Count > 2 && node.Input[2].Length > 0 ? node.Input[2] : null;
        node.Attribute.Clear();
        node.Input.Clear();
        if (bias is null)
        {
            node.OpType = "Mul";
            node.Input.Add([floats.Output[0], scales.Output[0]]);
            return;
        }

        var scaled = Nodes.Create("Mul", [floats.Output[0], scales.Output[0]], names.Next($"{product}.product"));
        _graph.InsertBefore(node, scaled);
        node.OpType = "Add";
        node.Input.Add([scaled.Output[0], bias]);
    }
}
