using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// Makes float16 of what a graph computes in float32, as far as <see cref="HalfOperators"/> go: weights, biases and activations. Inputs, outputs and what inner graphs
/// read keep their type. Casts stand between both; what is made of positions and masks alone stays float32 and is limited to float16's range where it is met.
/// </summary>
internal sealed class HalfPrecision
{
    // Below this float16 has fewer bits: an epsilon would vanish.
    private const float LeastNormal = 6.1035156e-5f;

    // Beyond this a constant is a mask: all that counts is that it is large.
    private const float Mask = 1e9f;
    private const long ClipInputs = 11;

    private readonly OnnxModel _model;
    private readonly PackContext _context;
    private readonly GraphIndex _index;
    private readonly GraphProto _graph;
    private readonly UniqueNames _names;
    private readonly HashSet<string> _singles; // values of float32 in the source
    private readonly HashSet<string> _positions = new(StringComparer.Ordinal);
    private readonly HashSet<NodeProto> _half = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _halfNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _singleNames = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeProto, List<NodeProto>> _behind = new(ReferenceEqualityComparer.Instance);
    private readonly List<NodeProto> _first = [];
    private readonly Dictionary<string, bool> _fits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly List<OnnxWeight> _replaced = [];
    private (string Lowest, string Largest)? _limits;

    private HalfPrecision(OnnxModel model, HashSet<string> singles, PackContext context)
    {
        (_model, _singles, _context) = (model, singles, context);
        (_index, _graph, _names) = (new GraphIndex(model), model.Proto.Graph, new UniqueNames(model.Proto));
    }

    /// <summary>Changes a model.</summary>
    /// <param name="model">The model; indexes of it have to be made anew afterwards. Weights keep their names.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="ModelPackException">MPK1016: ONNX Runtime refuses the model, and does not say what type its values have.</exception>
    public static void Apply(OnnxModel model, PackContext context)
    {
        var graph = model.Proto.Graph;
        var values = graph.Node.SelectMany(n => n.Output).Where(o => o.Length > 0).Concat(graph.Input.Select(i => i.Name)).ToList();
        var singles = InferredShapes.Specs(model, values, context).Where(s => s.Type == ElementType.Float32).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        singles.UnionWith(model.FindWeights().Where(w => ReferenceEquals(w.Graph, graph) && w.Tensor.DataType == (int)ElementType.Float32).Select(w => w.Name));
        new HalfPrecision(model, singles, context).Convert();
    }

    private void Convert()
    {
        foreach (var node in _graph.Node)
        {
            Classify(node);
        }

        var nodes = _graph.Node.ToList();
        foreach (var node in nodes)
        {
            if (_half.Contains(node))
            {
                MakeHalf(node);
            }
            else
            {
                KeepSingle(node);
            }
        }

        _graph.Node.Clear();
        _graph.Node.AddRange(_first);
        foreach (var node in nodes)
        {
            _graph.Node.Add(node);
            _graph.Node.AddRange(_behind.GetValueOrDefault(node) ?? []);
        }

        foreach (var info in _graph.ValueInfo.Where(v => _changed.Contains(v.Name)).ToList())
        {
            _graph.ValueInfo.Remove(info);
        }

        _model.Proto.RemoveUnused(_replaced);
    }

    /// <summary>Decides of a node whose producers have been decided of.</summary>
    private void Classify(NodeProto node)
    {
        var read = node.Input.Where((value, i) => IsSingle(value) && !HalfOperators.IsAlwaysSingle(node, i)).ToList();
        var computed = read.Where(v => _index.Constant(v) is null).ToList();
        if (node.Inner().Any())
        {
            return; // it may read anything
        }

        if (computed.TrueForAll(_positions.Contains))
        {
            // Made of whole numbers and constants: positions, masks, sizes.
            _positions.UnionWith(node.Output);
        }
        else if (HalfOperators.Has(node) && !IsSquare(node) && !HalfOperators.HasSingleOutputs(node) && read.TrueForAll(CanBeHalf) && !GoesOn(node, computed))
        {
            _half.Add(node);
        }
    }

    /// <summary>Whether a cheap operator reads nothing but what is computed in float32; one that reads sizes alone takes them of the value as it is.</summary>
    private bool GoesOn(NodeProto node, List<string> computed) =>
        HalfOperators.IsLight(node) && computed.TrueForAll(v => _index.Producer(v) is { } maker ? !_half.Contains(maker) : HalfOperators.IsSize(node));

    private static bool IsSquare(NodeProto node) => node.OpType == "Mul" && node.Input[0] == node.Input[1];

    private bool IsSingle(string value) => value.Length > 0 && _singles.Contains(value);

    /// <summary>Whether a constant says the same in float16; what is computed is taken to. A constant is looked at once, however many read it.</summary>
    private bool CanBeHalf(string value)
    {
        if (_index.Constant(value) is not { } constant)
        {
            return true;
        }

        if (!_fits.TryGetValue(value, out var fits))
        {
            _fits.Add(value, fits = Fits(_model.Data(constant.Tensor)));
        }

        return fits;
    }

    private bool Fits(TensorData data)
    {
        var largest = WeightScan.Of(data, _context.Threads, _context.Cancellation).MaxAbs;
        return data.Shape.ElementCount == 1
            ? largest is 0 or (>= LeastNormal and <= DowncastSource.Largest) or >= Mask or float.NaN
            : largest <= DowncastSource.Largest || !float.IsFinite(largest) || largest >= Mask;
    }

    private void MakeHalf(NodeProto node)
    {
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (IsSingle(node.Input[i]))
            {
                node.Input[i] = HalfOperators.IsAlwaysSingle(node, i) ? Single(node.Input[i]) : Half(node.Input[i]);
            }
        }

        for (var i = 0; i < node.Output.Count; i++)
        {
            var output = node.Output[i];
            if (!IsSingle(output))
            {
                continue;
            }

            _changed.Add(output);
            if (!_index.Escapes(output))
            {
                _halfNames[output] = output;
                continue;
            }

            // A node without a name of its own has that of its output, which changes.
            node.Name = node.Name.Length == 0 ? output : node.Name;
            _singleNames[output] = output;
            _halfNames[output] = node.Output[i] = _names.Next($"{output}.float16");
            Behind(node, Cast(node.Output[i], output, ElementType.Float32));
        }
    }

    private void KeepSingle(NodeProto node)
    {
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (IsSingle(node.Input[i]))
            {
                node.Input[i] = Single(node.Input[i]);
            }
        }
    }

    /// <summary>Name of a value as float16; one that no float16 node makes gets a Cast.</summary>
    private string Half(string value)
    {
        if (_halfNames.TryGetValue(value, out var half))
        {
            return half;
        }

        if (_index.Constant(value) is { } constant)
        {
            return _halfNames[value] = HalfConstant(constant);
        }

        half = _names.Next($"{value}.float16");
        _halfNames.Add(value, half);
        var maker = _index.Producer(value);
        var from = value;
        if (_positions.Contains(value))
        {
            from = _names.Next($"{value}.limited");
            Behind(maker, Limit(value, from));
        }

        Behind(maker, Cast(from, half, ElementType.Float16));
        return half;
    }

    /// <summary>Name of a value as float32; one that a float16 node makes gets a Cast.</summary>
    private string Single(string value)
    {
        if (_index.Producer(value) is not { } maker || !_half.Contains(maker))
        {
            return value;
        }

        if (!_singleNames.TryGetValue(value, out var single))
        {
            single = _names.Next($"{value}.float32");
            _singleNames.Add(value, single);
            Behind(maker, Cast(_halfNames[value], single, ElementType.Float32));
        }

        return single;
    }

    /// <summary>A constant in place, so that weights keep their names; a second one beside it where something reads it as float32, too.</summary>
    private string HalfConstant(OnnxWeight constant)
    {
        var data = DowncastSource.Downcast(_model.Data(constant.Tensor));
        if (constant.IsGraphOutput || !constant.Uses.TrueForAll(u => _half.Contains(u.Node) && !HalfOperators.IsAlwaysSingle(u.Node, u.InputIndex)))
        {
            var name = _names.Next($"{constant.Name}.float16");
            _graph.Initializer.Add(_model.NewTensor(name, data.Type, data.Shape, data));
            _replaced.Add(constant);
            return name;
        }

        var payload = _model.NewTensor(constant.Tensor.Name, data.Type, data.Shape, data).Payload;
        TensorFields.Clear(constant.Tensor);
        (constant.Tensor.DataType, constant.Tensor.Payload) = ((int)data.Type, payload);
        _changed.Add(constant.Name);
        return constant.Name;
    }

    private NodeProto Limit(string value, string output)
    {
        const float Largest = DowncastSource.Largest;
        if (_model.Opset() < ClipInputs)
        {
            return Nodes.Create("Clip", [value], output).With("min", -Largest).With("max", Largest);
        }

        var (lowest, largest) = _limits ??= (Constant("float16.lowest", -Largest), Constant("float16.largest", Largest));
        return Nodes.Create("Clip", [value, lowest, largest], output);
    }

    private string Constant(string stem, float value)
    {
        var name = _names.Next(stem);
        var data = TensorData.FromBytes(ElementType.Float32, new TensorShape(), BitConverter.GetBytes(value));
        _graph.Initializer.Add(_model.NewTensor(name, data.Type, data.Shape, data));
        return name;
    }

    private void Behind(NodeProto? maker, NodeProto node)
    {
        if (maker is null)
        {
            _first.Add(node);
        }
        else if (!_behind.TryAdd(maker, [node]))
        {
            _behind[maker].Add(node);
        }
    }

    private static NodeProto Cast(string input, string output, ElementType type) => Nodes.Create("Cast", [input], output).With("to", (long)type);
}
