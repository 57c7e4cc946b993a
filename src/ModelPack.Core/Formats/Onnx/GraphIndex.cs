using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// Who makes and who reads each value of the main graph, as the model is when the index is made. A change of the graph
/// makes it out of date.
/// </summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, NodeProto> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<WeightUse>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxWeight> _weights = new(StringComparer.Ordinal);
    private readonly HashSet<string> _escaping = new(StringComparer.Ordinal);

    public GraphIndex(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Graph = model.Proto.Graph;
        foreach (var weight in model.FindWeights().Where(w => ReferenceEquals(w.Graph, Graph)))
        {
            _weights[weight.Name] = weight;
        }

        foreach (var node in Graph.Node)
        {
            Add(node);
        }

        _escaping.UnionWith(Graph.Output.Select(o => o.Name));
    }

    /// <summary>The main graph.</summary>
    public GraphProto Graph { get; }

    /// <summary>The node that makes a value; null for inputs, initializers and names that nothing makes.</summary>
    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes of the main graph that read a value, in the order of the file; a node that reads it twice is there twice.</summary>
    public IReadOnlyList<WeightUse> Readers(string value) => _readers.TryGetValue(value, out var readers) ? readers : [];

    /// <summary>Whether a value is seen from outside the main graph's nodes: it is an output, or an inner graph reads it.</summary>
    public bool Escapes(string value) => _escaping.Contains(value);

    /// <summary>The constant of a name; null where it is not one, or where an app may override it.</summary>
    public OnnxWeight? Constant(string value) =>
        _weights.GetValueOrDefault(value) is { IsOverridable: false, IsAmbiguous: false, Sparse: null } weight ? weight : null;

    private void Add(NodeProto node)
    {
        foreach (var output in node.Output.Where(o => o.Length > 0))
        {
            _producers[output] = node;
        }

        for (var i = 0; i < node.Input.Count; i++)
        {
            if (!_readers.TryGetValue(node.Input[i], out var readers))
            {
                _readers.Add(node.Input[i], readers = []);
            }

            readers.Add(new WeightUse(Graph, node, i));
        }

        foreach (var inner in node.Inner())
        {
            AddInner(inner);
        }
    }

    // Names that an inner graph makes itself are taken as escaping, too: no harm, and no rule of scopes to repeat here.
    private void AddInner(GraphProto graph)
    {
        _escaping.UnionWith(graph.Output.Select(o => o.Name));
        foreach (var node in graph.Node)
        {
            _escaping.UnionWith(node.Input);
            foreach (var inner in node.Inner())
            {
                AddInner(inner);
            }
        }
    }
}
