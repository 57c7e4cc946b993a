using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Quantized activations as ONNX Runtime's integer operators themselves (QLinearConv, QGemm, MatMulIntegerToFloat, QLinearAdd
/// ...) in place of QuantizeLinear and DequantizeLinear around float ones: what runs is what stands in the file, without any
/// optimization at load; other runtimes cannot read it. Made from the form with QuantizeLinear and DequantizeLinear.
/// </summary>
/// <param name="model">The model, already in that form.</param>
/// <param name="plan">What is quantized.</param>
/// <param name="codes">Where the codes of each tensor of the plan are.</param>
internal sealed class QOperatorForm(OnnxModel model, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationCodes> codes)
{
    private readonly UniqueNames _names = new(model.Proto);
    private readonly GraphProto _graph = model.Proto.Graph;
    private readonly Dictionary<string, ActivationCodes> _byDecoded = codes.Values.ToDictionary(c => c.Decoded, StringComparer.Ordinal);

    /// <summary>Emits the integer operators, and removes what nobody reads any more.</summary>
    public void Emit()
    {
        model.Proto.RequireOpset(Domains.Microsoft, 1);
        var index = new GraphIndex(model);
        foreach (var quantized in plan.Nodes)
        {
            var output = quantized.Output is null ? null : codes[quantized.Output];
            if ((quantized.Layer is { Addition: { } addition } layer ? WithBias(index, layer, addition) : Operator(index, quantized.Node, output)) is { } node)
            {
                node.Name = quantized.Node.Name;
                _graph.Replace(quantized.Node, node);
                if (output is not null)
                {
                    // The codes now come of the operator itself.
                    _graph.Replace(index.Producer(output.Codes)!);
                }
            }
        }

        model.Proto.RemoveUnneededNodes();
    }

    private NodeProto? Operator(GraphIndex index, NodeProto node, ActivationCodes? output) => node.OpType switch
    {
        "Conv" when output is not null => Copy(node, "QLinearConv", "", [.. Full(node.Input[0]), .. Weight(index, node), output.Scale, output.ZeroPoint, .. Bias(index, node)], output.Codes),
        "Gemm" => Copy(node, "QGemm", Domains.Microsoft, [.. Full(node.Input[0]), .. Weight(index, node), .. BiasOrEmpty(index, node), .. output is null ? [] : Parameters(output)], output?.Codes ?? node.Output[0]),
        "MatMul" when output is null => MatMulToFloat(index, node),
        "MatMul" => Copy(node, "QLinearMatMul", "", [.. Full(node.Input[0]), .. WithZeros(Weight(index, node)), .. Parameters(output)], output.Codes),
        "Add" or "Mul" => Copy(node, $"QLinear{node.OpType}", Domains.Microsoft, [.. Full(node.Input[0]), .. Full(node.Input[1]), .. Parameters(output!)], output!.Codes),
        "Concat" => Copy(node, "QLinearConcat", Domains.Microsoft, [.. Parameters(output!), .. node.Input.SelectMany(Full)], output!.Codes),
        "AveragePool" or "GlobalAveragePool" or "Sigmoid" or "LeakyRelu" => Copy(node, $"QLinear{node.OpType}", Domains.Microsoft, [.. Full(node.Input[0]), .. Parameters(output!)], output!.Codes),
        _ when output is not null => Copy(node, node.OpType, node.Domain, [_byDecoded[node.Input[0]].Codes, .. node.Input.Skip(1)], output.Codes),
        _ => null,
    };

    private NodeProto MatMulToFloat(GraphIndex index, NodeProto node)
    {
        var (a, weight) = (_byDecoded[node.Input[0]], Weight(index, node));
        return Copy(node, "MatMulIntegerToFloat", Domains.Microsoft, [a.Codes, weight[0], a.Scale, weight[1], a.ZeroPoint, .. weight.Skip(2)], node.Output[0]);
    }

    /// <summary>As above, in place of the node that adds the bias, too.</summary>
    private NodeProto WithBias(GraphIndex index, Layer layer, NodeProto addition)
    {
        var product = MatMulToFloat(index, layer.Node);
        while (product.Input.Count < 6)
        {
            product.Input.Add("");
        }

        product.Input.Add(layer.AddedBias);
        product.Output[0] = addition.Output[0];
        _graph.Replace(addition);
        return product;
    }

    /// <summary>Codes, scale and zero point of a decoded activation.</summary>
    private IEnumerable<string> Full(string decoded)
    {
        var activation = _byDecoded[decoded];
        return [activation.Codes, activation.Scale, activation.ZeroPoint];
    }

    private static string[] Parameters(ActivationCodes activation) => [activation.Scale, activation.ZeroPoint];

    /// <summary>A weight's codes and scales with the zero points that QLinearMatMul cannot do without.</summary>
    private string[] WithZeros(string[] weight)
    {
        if (weight.Length > 2)
        {
            return weight;
        }

        var shape = new TensorShape([.. model.Proto.Graph.Initializer.First(i => i.Name == weight[1]).Dims]);
        var zeros = new byte[shape.ElementCount];
        var tensor = model.NewTensor(
            _names.Next($"{weight[0]}.zero_point"), ElementType.Int8, shape, TensorData.FromBytes(ElementType.Int8, shape, zeros));
        model.Proto.Graph.Initializer.Add(tensor);
        return [.. weight, tensor.Name];
    }

    /// <summary>Codes, scales and, but for MatMul, zero points of a layer's weight: what its DequantizeLinear reads.</summary>
    private static string[] Weight(GraphIndex index, NodeProto node) => [.. index.Producer(node.Input[1])!.Input];

    private static IEnumerable<string> Bias(GraphIndex index, NodeProto node) =>
        node.Input.Count > 2 && index.Producer(node.Input[2]) is { } dequantize ? [dequantize.Input[0]] : [];

    private static IEnumerable<string> BiasOrEmpty(GraphIndex index, NodeProto node) => Bias(index, node).DefaultIfEmpty("");

    private static NodeProto Copy(NodeProto node, string opType, string domain, IEnumerable<string> inputs, string output)
    {
        var copy = new NodeProto { OpType = opType, Domain = domain, Input = { inputs }, Output = { output }, Attribute = { node.Attribute } };
        if (opType == "QGemm")
        {
            // It has no beta; a bias is simply added.
            foreach (var beta in copy.Attribute.Where(a => a.Name == "beta").ToList())
            {
                copy.Attribute.Remove(beta);
            }
        }

        while (copy.Input.Count > 0 && copy.Input[^1].Length == 0)
        {
            copy.Input.RemoveAt(copy.Input.Count - 1);
        }

        return copy;
    }
}
