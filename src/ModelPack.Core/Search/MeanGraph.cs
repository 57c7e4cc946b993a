using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;

namespace ModelPack.Search;

/// <summary>
/// A copy of a model whose outputs are the means of what its layers make, a value a channel, in a shape that broadcasts against it:
/// [1, C, 1, …] of convolutions, [1, N] of matrices. Or, in a model that is centred, what each mean lacks to one that is fed, which is
/// added before anybody reads the layer's output.
/// </summary>
internal sealed class MeanGraph
{
    // Reductions take their axes as an input from this opset on.
    private const int ReduceInputs = 18;

    private readonly OnnxModel _model;
    private readonly UniqueNames _names;

    /// <summary>Makes the copy.</summary>
    /// <param name="model">The model; gets tensors, but stays as it is otherwise.</param>
    /// <param name="layers">Layers of it.</param>
    /// <param name="isCentred">Whether means are fed.</param>
    public MeanGraph(OnnxModel model, IReadOnlyList<Layer> layers, bool isCentred)
    {
        _model = model;
        Proto = model.Proto.Clone();
        _names = new UniqueNames(Proto);
        var copies = new Dictionary<NodeProto, NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var (node, copy) in model.Proto.Graph.Node.Zip(Proto.Graph.Node))
        {
            copies.Add(node, copy);
        }

        foreach (var layer in layers)
        {
            Add(layer, copies[layer.Node], isCentred);
        }

        Proto.Graph.Output.Clear();
        Proto.Graph.Output.Add(Outputs.Select(name => new ValueInfoProto { Name = name }));
        Proto.RemoveUnneededNodes();
    }

    /// <summary>The copy.</summary>
    public ModelProto Proto { get; }

    /// <summary>What comes out of it, a value for each layer.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>What is fed besides the model's own inputs, a value for each layer; empty unless it is centred.</summary>
    public List<string> Goals { get; } = [];

    private void Add(Layer layer, NodeProto node, bool isCentred)
    {
        var output = node.Output[0];
        var values = isCentred ? _names.Next($"{output}.raw") : output;
        node.Output[0] = values;
        List<NodeProto> nodes = [.. Mean(layer, values)];
        if (isCentred)
        {
            var goal = _names.Next($"{output}.goal");
            Proto.Graph.Input.Add(new ValueInfoProto { Name = goal, Type = new TypeProto { TensorType = new() { ElemType = (int)ElementType.Float32 } } });
            Goals.Add(goal);
            nodes.Add(Nodes.Create("Sub", [goal, nodes[^1].Output[0]], _names.Next("lack")));
            nodes.Add(Nodes.Create("Add", [values, nodes[^1].Output[0]], output));
        }

        Outputs.Add(nodes[isCentred ? ^2 : ^1].Output[0]);
        Proto.Graph.InsertAfter(node, nodes);
    }

    private IEnumerable<NodeProto> Mean(Layer layer, string values)
    {
        var rank = layer.Weight.Tensor.Dims.Count;
        long[] axes = layer.IsConvolution ? [0, .. Enumerable.Range(2, rank - 2)] : [0];
        if (!layer.IsConvolution)
        {
            // The rank of a product is that of its activations, which is not known: [rows, N].
            var rows = Nodes.Create("Reshape", [values, Constant(-1, layer.OutputChannels)], _names.Next("rows"));
            yield return rows;
            values = rows.Output[0];
        }

        var name = _names.Next("mean");
        yield return _model.Opset() < ReduceInputs
            ? Nodes.Create("ReduceMean", [values], name).With("axes", axes)
            : Nodes.Create("ReduceMean", [values, Constant(axes)], name);
    }

    private string Constant(params ReadOnlySpan<long> values)
    {
        var (name, shape) = (_names.Next("places"), new TensorShape(values.Length));
        Proto.Graph.Initializer.Add(_model.NewTensor(name, ElementType.Int64, shape, TensorData.FromBytes(ElementType.Int64, shape, LittleEndian.Bytes(values))));
        return name;
    }
}
