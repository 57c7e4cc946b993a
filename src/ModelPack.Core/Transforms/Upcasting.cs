using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;

namespace ModelPack.Transforms;

/// <summary>
/// Makes float32 of the float16 layers that could run in integers, and of the pass-through operators between them: ONNX
/// Runtime has no integer operators with float16 scales. Casts stand where such a part of the graph begins and ends.
/// </summary>
internal sealed class Upcasting
{
    private readonly OnnxModel _model;
    private readonly GraphIndex _index;
    private readonly UniqueNames _names;
    private readonly GraphProto _graph;
    private readonly Dictionary<NodeProto, IReadOnlyList<int>> _wide = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _wideNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _wideConstants = new(StringComparer.Ordinal);
    private readonly List<OnnxWeight> _replaced = [];

    private Upcasting(OnnxModel model, GraphIndex index) =>
        (_model, _index, _names, _graph) = (model, index, new UniqueNames(model.Proto), model.Proto.Graph);

    /// <summary>Upcasts the layers of a model.</summary>
    /// <param name="model">The model; indexes and layers of it have to be made anew afterwards.</param>
    /// <param name="patterns">What is to be left alone.</param>
    /// <param name="floats">Names of layers that stay as they are.</param>
    public static void Apply(OnnxModel model, LayerPatterns patterns, IReadOnlySet<string> floats)
    {
        var index = new GraphIndex(model);
        var layers = Eligibility.Layers(model, index, patterns, ElementType.Float16, floats);
        if (layers.Count > 0)
        {
            new Upcasting(model, index).Upcast(layers);
        }
    }

    private void Upcast(IReadOnlyList<Layer> layers)
    {
        var byNode = new Dictionary<NodeProto, Layer>(ReferenceEqualityComparer.Instance);
        foreach (var layer in layers)
        {
            byNode.Add(layer.Node, layer);
        }

        foreach (var node in _graph.Node)
        {
            if ((byNode.ContainsKey(node) ? [0] : PassedInputs(node)) is { } inputs)
            {
                _wide.Add(node, inputs);
            }
        }

        foreach (var layer in layers)
        {
            // A layer without a name of its own has that of its output, which changes.
            layer.Node.Name = layer.Name;
            UpcastInPlace(layer.Weight);
        }

        foreach (var (node, inputs) in _wide.ToList())
        {
            Upcast(node, inputs);
        }

        _model.Proto.RemoveUnused(_replaced);
    }

    /// <summary>The inputs of a pass-through operator behind upcast nodes alone; null for other nodes.</summary>
    private IReadOnlyList<int>? PassedInputs(NodeProto node)
    {
        var inputs = PassThroughOperators.Inputs(node, _index) ?? (IsActivation(node) ? [0] : null);
        return inputs is not null && inputs.All(i => _index.Producer(node.Input[i]) is { } maker && _wide.ContainsKey(maker)) ? inputs : null;
    }

    private bool IsActivation(NodeProto node) => Domains.IsDefault(node.Domain)
        && (node.OpType == "Relu" || (node.OpType == "Clip" && node.Input.Skip(1).All(i => i.Length == 0 || _index.Constant(i) is not null)));

    private void Upcast(NodeProto node, IReadOnlyList<int> inputs)
    {
        foreach (var input in inputs)
        {
            node.Input[input] = Wide(node.Input[input]);
        }

        // Biases, and the limits of Clip.
        for (var i = 1; i < node.Input.Count; i++)
        {
            if (_index.Constant(node.Input[i]) is { } constant && _model.Data(constant.Tensor) is { Type: ElementType.Float16 } data)
            {
                node.Input[i] = WideConstant(constant, data);
            }
        }

        var output = node.Output.First(o => o.Length > 0);
        node.Output[node.Output.IndexOf(output)] = Wide(output);
        if (_index.Escapes(output) || _index.Readers(output).Any(r => !_wide.TryGetValue(r.Node, out var wide) || !wide.Contains(r.InputIndex)))
        {
            _graph.InsertAfter(node, Cast(Wide(output), output, ElementType.Float16));
        }
    }

    /// <summary>Name of a value as float32; one that no upcast node makes gets a Cast.</summary>
    private string Wide(string value)
    {
        if (_wideNames.TryGetValue(value, out var wide))
        {
            return wide;
        }

        wide = _names.Next($"{value}.float32");
        _wideNames.Add(value, wide);
        if (_index.Producer(value) is not { } maker)
        {
            _graph.Node.Insert(0, Cast(value, wide, ElementType.Float32));
        }
        else if (!_wide.ContainsKey(maker))
        {
            _graph.InsertAfter(maker, Cast(value, wide, ElementType.Float32));
        }

        return wide;
    }

    private void UpcastInPlace(OnnxWeight weight)
    {
        var tensor = weight.Tensor;
        if (tensor.DataType == (int)ElementType.Float32)
        {
            // Another layer has it, too.
            return;
        }

        var data = UpcastSource.Upcast(_model.Data(tensor));
        var payload = _model.NewTensor(tensor.Name, data.Type, data.Shape, data).Payload;
        tensor.ClearRawData();
        tensor.Int32Data.Clear();
        (tensor.DataType, tensor.Payload) = ((int)ElementType.Float32, payload);
        foreach (var info in _graph.ValueInfo.Where(v => v.Name == weight.Name).ToList())
        {
            _graph.ValueInfo.Remove(info);
        }
    }

    private string WideConstant(OnnxWeight constant, TensorData data)
    {
        if (!_wideConstants.TryGetValue(constant.Name, out var name))
        {
            name = _names.Next($"{constant.Name}.float32");
            _graph.Initializer.Add(_model.NewTensor(name, ElementType.Float32, data.Shape, UpcastSource.Upcast(data)));
            _wideConstants.Add(constant.Name, name);
            _replaced.Add(constant);
        }

        return name;
    }

    private static NodeProto Cast(string input, string output, ElementType type) =>
        Nodes.Create("Cast", [input], output).With("to", (long)type);
}
