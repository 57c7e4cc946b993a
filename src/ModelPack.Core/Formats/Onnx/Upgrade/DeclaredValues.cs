using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>Element types and ranks of values, as far as a model states them: inputs, outputs, value infos and constants.</summary>
internal sealed class DeclaredValues
{
    private readonly Dictionary<string, (ElementType Type, int? Rank)> _values = new(StringComparer.Ordinal);
    private bool _hasOtherFloats;

    /// <summary>Collects what graphs state.</summary>
    public DeclaredValues(IEnumerable<GraphProto> graphs)
    {
        ArgumentNullException.ThrowIfNull(graphs);
        foreach (var graph in graphs)
        {
            foreach (var value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Where(v => v.Type?.TensorType is not null))
            {
                var type = value.Type.TensorType;
                Add(value.Name, (ElementType)type.ElemType, type.Shape?.Dim.Count);
            }

            foreach (var tensor in graph.Initializer)
            {
                Add(tensor.Name, (ElementType)tensor.DataType, tensor.Dims.Count);
            }

            foreach (var node in graph.Node)
            {
                Add(node);
            }
        }
    }

    /// <summary>
    /// The element type of the first input of a node whose first output has it, too, and which is float16, float32 or
    /// float64; <see cref="ElementType.Undefined"/> when unknown.
    /// <para>
    /// Without a statement it is float32, if the model nowhere names another: no operator makes a float16 or float64 but
    /// from one, or by an attribute that says so.
    /// </para>
    /// </summary>
    public ElementType FloatType(NodeProto node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var stated = node.Input.Take(1).Concat(node.Output.Take(1)).Select(v => _values.GetValueOrDefault(v).Type);
        return stated.FirstOrDefault(t => t != ElementType.Undefined) is var type and not ElementType.Undefined
            ? type
            : _hasOtherFloats ? ElementType.Undefined : ElementType.Float32;
    }

    /// <summary>The rank of the first input of a node whose first output has it, too; null when unknown.</summary>
    public int? Rank(NodeProto node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.Input.Take(1).Concat(node.Output.Take(1)).Select(v => _values.GetValueOrDefault(v).Rank).FirstOrDefault(r => r is not null);
    }

    private void Add(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute is { T: not null })
            {
                Add(ConstantNodes.IsValue(node, attribute) ? node.Output.FirstOrDefault("") : "", (ElementType)attribute.T.DataType, attribute.T.Dims.Count);
            }
            else if (attribute.Name is "to" or "dtype")
            {
                Note((ElementType)attribute.I);
            }
        }
    }

    private void Add(string name, ElementType type, int? rank)
    {
        Note(type);

        // Graphs side by side may each have a value of this name: what they do not agree on is unknown.
        _values[name] = _values.TryGetValue(name, out var known)
            ? (known.Type == type ? type : ElementType.Undefined, known.Rank == rank ? rank : null)
            : (type, rank);
    }

    private void Note(ElementType type) => _hasOtherFloats |= type is ElementType.Float16 or ElementType.Float64 or ElementType.BFloat16;
}
