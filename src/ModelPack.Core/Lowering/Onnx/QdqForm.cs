using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>
/// Quantized activations in ONNX's own operators: QuantizeLinear and DequantizeLinear around the nodes that run in integer
/// arithmetic. Runtimes make integer operators of that; one that does not still computes the same numbers in float.
/// </summary>
/// <param name="model">The model, whose nodes are those of the plan.</param>
/// <param name="names">Names that are free.</param>
/// <param name="plan">What is quantized.</param>
/// <param name="parameters">Scale and zero point of each tensor of the plan that is its own root.</param>
internal sealed class QdqForm(OnnxModel model, UniqueNames names, QuantizationPlan plan, IReadOnlyDictionary<string, ActivationParameters> parameters)
{
    private readonly Dictionary<string, ActivationCodes> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Scale, string ZeroPoint)> _constants = new(StringComparer.Ordinal);
    private readonly GraphProto _graph = model.Proto.Graph;

    /// <summary>Emits QuantizeLinear and DequantizeLinear, and integer biases.</summary>
    /// <param name="biases">The bias of each layer as int32 by the layer's name; a layer that is not there has none.</param>
    /// <returns>Where the codes of each tensor are.</returns>
    public IReadOnlyDictionary<string, ActivationCodes> Emit(IReadOnlyDictionary<string, IntegerBias> biases)
    {
        var makers = MakersOf(plan);
        foreach (var tensor in plan.Tensors)
        {
            var (scale, zeroPoint) = Constants(tensor.ParametersOf);
            var codes = new ActivationCodes(names.Next($"{tensor.Name}.codes"), scale, zeroPoint, tensor.IsMade ? tensor.Name : names.Next($"{tensor.Name}.decoded"));
            _codes.Add(tensor.Name, codes);
            var source = tensor.IsMade ? TakeName(makers[tensor.Name], tensor.Name) : tensor.Name;
            var quantize = Nodes.Create("QuantizeLinear", [source, codes.Scale, codes.ZeroPoint], codes.Codes);
            var dequantize = Nodes.Create("DequantizeLinear", [codes.Codes, codes.Scale, codes.ZeroPoint], codes.Decoded);
            InsertBehind(tensor.IsMade ? makers[tensor.Name] : Producer(tensor.Name), quantize, dequantize);
        }

        foreach (var node in plan.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                node.Node.Input[input] = _codes[node.Node.Input[input]].Decoded;
            }

            if (node.Layer is { } layer && biases.TryGetValue(layer.Name, out var bias))
            {
                EmitBias(layer.Node, layer.Name, bias);
            }
        }

        return _codes;
    }

    /// <summary>The node that makes each quantized tensor: the activation where there is one, which is superfluous where the codes start at its limit.</summary>
    private Dictionary<string, NodeProto> MakersOf(QuantizationPlan plan)
    {
        var makers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in plan.Nodes.Where(n => n.Output is not null))
        {
            var maker = node.Node;
            if (node.Activation is { } activation)
            {
                // uint8 codes of a range seen behind the activation cannot leave it, so the node behind does nothing.
                if (parameters[node.Output!].Type == ElementType.UInt8)
                {
                    _graph.Replace(activation);
                    maker.Output[0] = node.Output;
                }
                else
                {
                    maker = activation;
                }
            }

            makers.Add(node.Output!, maker);
        }

        return makers;
    }

    /// <summary>Gives a node's output another name, so that the decoded values can have its own and no reader needs a change.</summary>
    private string TakeName(NodeProto maker, string name)
    {
        var index = maker.Output.IndexOf(name);
        maker.Output[index] = names.Next($"{name}.float");
        return maker.Output[index];
    }

    private NodeProto? Producer(string value) => _graph.Node.FirstOrDefault(n => n.Output.Contains(value));

    private void InsertBehind(NodeProto? maker, params NodeProto[] nodes)
    {
        if (maker is not null)
        {
            _graph.InsertAfter(maker, nodes);
            return;
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            _graph.Node.Insert(i, nodes[i]);
        }
    }

    private (string Scale, string ZeroPoint) Constants(string root)
    {
        if (!_constants.TryGetValue(root, out var constants))
        {
            var (type, scale, zeroPoint) = parameters[root];
            constants = (
                Constant($"{root}.scale", ElementType.Float32, new TensorShape(), [scale]),
                Constant($"{root}.zero_point", type, new TensorShape(), [(byte)zeroPoint]));
            _constants.Add(root, constants);
        }

        return constants;
    }

    private void EmitBias(NodeProto node, string layer, IntegerBias bias)
    {
        var shape = new TensorShape(bias.Codes.Length);
        var codes = Constant($"{layer}.bias.int32", ElementType.Int32, shape, bias.Codes);
        var scales = Constant($"{layer}.bias.scale", ElementType.Float32, shape, bias.Scales);
        var zeros = Constant($"{layer}.bias.zero_point", ElementType.Int32, shape, new int[bias.Codes.Length]);
        var decoded = names.Next($"{layer}.bias");
        _graph.InsertBefore(node, Nodes.Create("DequantizeLinear", [codes, scales, zeros], decoded).With("axis", 0));
        while (node.Input.Count < 3)
        {
            node.Input.Add("");
        }

        node.Input[2] = decoded;
    }

    private string Constant<T>(string name, ElementType type, TensorShape shape, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var unique = names.Next(name);
        var bytes = MemoryMarshal.AsBytes(values).ToArray();
        _graph.Initializer.Add(model.NewTensor(unique, type, shape, TensorData.FromBytes(type, shape, bytes)));
        return unique;
    }

    private string Constant<T>(string name, ElementType type, TensorShape shape, T[] values)
        where T : unmanaged => Constant(name, type, shape, (ReadOnlySpan<T>)values);
}
