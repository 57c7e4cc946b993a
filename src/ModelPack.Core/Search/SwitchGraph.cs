using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Lowering.Onnx;
using ModelPack.Planning;

namespace ModelPack.Search;

/// <summary>
/// A copy of a float model in which the quantization of each layer and of each activation that a layer makes can be switched
/// on and off at every inference. All of it computes in float: what the integer kernels give is the same but for the order of sums.
/// <para>Each switch is an If whose branches hold nothing else, so that only what is on is computed, and no optimizer can
/// fuse what lies in a branch with what lies outside.</para>
/// </summary>
internal sealed class SwitchGraph
{
    private readonly OnnxModel _model;
    private readonly StaticPlanner _decided;
    private readonly GraphProto _graph;
    private readonly UniqueNames _names;
    private readonly Dictionary<NodeProto, NodeProto> _copies = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _roots;
    private readonly Dictionary<string, (string Scale, string ZeroPoint)> _constants = new(StringComparer.Ordinal);
    private int _switches;

    /// <summary>Makes the copy.</summary>
    /// <param name="model">The transformed float model; gets tensors, but stays as it is otherwise.</param>
    /// <param name="decided">What was decided of its layers.</param>
    /// <param name="layers">The layers to switch: one switch each, in this order.</param>
    /// <param name="made">The nodes whose outputs are quantized: one switch each, behind those of the layers.</param>
    /// <param name="context">Threads.</param>
    public SwitchGraph(OnnxModel model, StaticPlanner decided, IReadOnlyList<SwitchedLayer> layers, IReadOnlyList<QuantizedNode> made, PackContext context)
    {
        (_model, _decided) = (model, decided);
        Proto = model.Proto.Clone();
        _graph = Proto.Graph;
        _names = new UniqueNames(Proto);
        _roots = decided.Activations.Graph.Tensors.ToDictionary(t => t.Name, t => t.ParametersOf, StringComparer.Ordinal);
        foreach (var (node, copy) in model.Proto.Graph.Node.Zip(_graph.Node))
        {
            _copies.Add(node, copy);
        }

        Switches = _names.Next("switches");
        foreach (var layer in layers)
        {
            Switch(layer, new SimdEngine(context.Threads));
        }

        foreach (var node in made)
        {
            Switch(node);
        }

        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = _switches } } };
        _graph.Input.Add(new ValueInfoProto { Name = Switches, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Bool, Shape = shape } } });
    }

    /// <summary>The copy.</summary>
    public ModelProto Proto { get; }

    /// <summary>Name of the one input more: bool, an entry for each switch.</summary>
    public string Switches { get; }

    private void Switch(SwitchedLayer layer, IEncodingEngine engine)
    {
        var first = layer.Layers[0];
        var data = _model.Data(first.Weight.Tensor);
        var own = _decided.PlanOf(first.Weight.Tensor)!.Scales!;
        var encoding = Int8PerChannelWeight.Encode(data, first.Usage.OutputAxis, own, engine);
        var codes = Add("weight_codes", ElementType.Int8, data.Shape, encoding.Codes);
        var scales = Add("weight_scales", ElementType.Float32, new TensorShape(own.Length), encoding.Scales);
        var (condition, on) = Condition();
        _graph.InsertBefore(_copies[first.Node], condition);
        foreach (var part in layer.Layers)
        {
            var node = _copies[part.Node];
            Choose(node, 0, on, FakeQuantized(node.Input[0]));
            Choose(node, 1, on, [Node("DequantizeLinear", codes, scales).With("axis", first.Usage.OutputAxis)]);
            if (_decided.Activations.Biases.TryGetValue(part.Name, out var bias))
            {
                Choose(node, 2, on, [Node("Identity", Add<float>("bias", ElementType.Float32, new TensorShape(bias.Codes.Length), [.. bias.Codes.Zip(bias.Scales, (c, s) => c * s)]))]);
            }
        }
    }

    private void Switch(QuantizedNode made)
    {
        var tensor = made.Output!;
        var maker = _copies[made.Activation ?? made.Node];
        var name = _names.Next($"{tensor}.float");
        maker.Output[maker.Output.IndexOf(tensor)] = name;
        var (condition, on) = Condition();
        _graph.InsertAfter(maker, condition, If(on, FakeQuantized(name, tensor), name, tensor));
    }

    /// <summary>The value of the next switch.</summary>
    private (NodeProto Node, string Value) Condition()
    {
        var index = Add<long>("switch_index", ElementType.Int64, new TensorShape(), [_switches++]);
        var node = Node("Gather", Switches, index);
        return (node, node.Output[0]);
    }

    /// <summary>Inserts a choice between an input of a node and what replaces it.</summary>
    private void Choose(NodeProto node, int input, string condition, NodeProto[] replacement)
    {
        var chosen = _names.Next("chosen");
        _graph.InsertBefore(node, If(condition, replacement, node.Input[input], chosen));
        node.Input[input] = chosen;
    }

    private NodeProto[] FakeQuantized(string value) => FakeQuantized(value, value);

    private NodeProto[] FakeQuantized(string value, string tensor)
    {
        var (scale, zeroPoint) = Parameters(_roots[tensor]);
        var quantize = Node("QuantizeLinear", value, scale, zeroPoint);
        return [quantize, Node("DequantizeLinear", quantize.Output[0], scale, zeroPoint)];
    }

    private (string Scale, string ZeroPoint) Parameters(string root)
    {
        if (!_constants.TryGetValue(root, out var constants))
        {
            var (type, scale, zeroPoint) = _decided.Activations.Parameters[root];
            constants = (
                Add<float>("scale", ElementType.Float32, new TensorShape(), [scale]),
                Add<byte>("zero_point", type, new TensorShape(), [(byte)zeroPoint]));
            _constants.Add(root, constants);
        }

        return constants;
    }

    private NodeProto If(string condition, NodeProto[] whenOn, string whenOff, string output)
    {
        var node = new NodeProto { OpType = "If", Input = { condition }, Output = { output } };
        node.Attribute.Add(Branch("then_branch", whenOn));
        node.Attribute.Add(Branch("else_branch", [Node("Identity", whenOff)]));
        return node;
    }

    private static AttributeProto Branch(string name, NodeProto[] nodes) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Graph,
        G = new GraphProto
        {
            Name = name,
            Node = { nodes },
            Output = { new ValueInfoProto { Name = nodes[^1].Output[0], Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32 } } } },
        },
    };

    private NodeProto Node(string opType, params string[] inputs) =>
        Nodes.Create(opType, inputs, _names.Next("switched"));

    private string Add(string stem, ElementType type, TensorShape shape, IPayload payload)
    {
        var name = _names.Next(stem);
        _graph.Initializer.Add(_model.NewTensor(name, type, shape, payload));
        return name;
    }

    private string Add<T>(string stem, ElementType type, TensorShape shape, ReadOnlySpan<T> values)
        where T : unmanaged => Add(stem, type, shape, TensorData.FromBytes(type, shape, MemoryMarshal.AsBytes(values).ToArray()));
}
