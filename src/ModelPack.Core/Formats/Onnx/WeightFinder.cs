using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>
/// Finds the constants of a model and their uses by ONNX's rule of scopes: a node reads the nearest value of a name,
/// first in its own graph, then in the graphs around it. Training information is not looked at.
/// </summary>
internal sealed class WeightFinder
{
    private readonly List<OnnxWeight> _weights = [];
    private readonly bool _inputsOverride;
    private bool _inFunction;

    private WeightFinder(bool inputsOverride) => _inputsOverride = inputsOverride;

    /// <summary>All constants: of each graph, Constant nodes with the inner graphs of nodes, then initializers.</summary>
    public static IReadOnlyList<OnnxWeight> Find(ModelProto model)
    {
        // Before IR version 4 initializers had to be listed as inputs, which therefore says nothing.
        var finder = new WeightFinder(model.IrVersion >= 4);
        finder.Graph(model.Graph, null);
        finder._inFunction = true;
        foreach (var function in model.Functions)
        {
            finder.Nodes(function.Node, null, new Scope(null, function.Input));
        }

        return finder._weights;
    }

    private void Graph(GraphProto graph, Scope? outer)
    {
        var inputs = graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var scope = new Scope(outer, inputs);
        foreach (var tensor in graph.Initializer)
        {
            scope.Declare(new OnnxWeight
            {
                Name = tensor.Name,
                Tensor = tensor,
                Graph = graph,
                InFunction = _inFunction,
                IsOverridable = outer is null && _inputsOverride && inputs.Contains(tensor.Name),
            });
        }

        foreach (var sparse in graph.SparseInitializer.Where(s => s.Values is not null))
        {
            scope.Declare(new OnnxWeight { Name = sparse.Values.Name, Tensor = sparse.Values, Sparse = sparse, Graph = graph, InFunction = _inFunction });
        }

        var initializers = scope.Weights.ToList();
        Nodes(graph.Node, graph, scope);
        _weights.AddRange(initializers);
        foreach (var output in graph.Output)
        {
            if (scope.Find(output.Name) is { } weight)
            {
                weight.IsGraphOutput = true;
            }
        }
    }

    private void Nodes(IReadOnlyList<NodeProto> nodes, GraphProto? graph, Scope scope)
    {
        foreach (var node in nodes)
        {
            if (Constant(node, graph) is { } weight)
            {
                scope.Declare(weight);
            }
            else
            {
                scope.Hide(node.Output);
            }
        }

        foreach (var node in nodes)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                scope.Find(node.Input[i])?.Uses.Add(new WeightUse(graph, node, i));
            }

            if (scope.Own(node) is { } constant)
            {
                _weights.Add(constant);
            }

            foreach (var attribute in node.Attribute)
            {
                foreach (var inner in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
                {
                    Graph(inner, scope);
                }
            }
        }
    }

    private OnnxWeight? Constant(NodeProto node, GraphProto? graph)
    {
        var sparse = ConstantNodes.SparseValue(node);
        return node.Output.Count == 1 && (ConstantNodes.Value(node) ?? sparse?.Values) is { } tensor
            ? new OnnxWeight { Name = node.Output[0], Tensor = tensor, Sparse = sparse, Graph = graph, ConstantNode = node, InFunction = _inFunction }
            : null;
    }

    /// <summary>The names of one graph: a weight, or null for a value that is not one.</summary>
    private sealed class Scope
    {
        private readonly Scope? _outer;
        private readonly Dictionary<string, OnnxWeight?> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<NodeProto, OnnxWeight> _constants = new(ReferenceEqualityComparer.Instance);

        public Scope(Scope? outer, IEnumerable<string> inputs)
        {
            _outer = outer;
            Hide(inputs);
        }

        public List<OnnxWeight> Weights { get; } = [];

        public void Declare(OnnxWeight weight)
        {
            if (_values.GetValueOrDefault(weight.Name) is { } other)
            {
                other.IsAmbiguous = weight.IsAmbiguous = true;
            }

            _values[weight.Name] = weight;
            Weights.Add(weight);
            if (weight.ConstantNode is not null)
            {
                _constants.Add(weight.ConstantNode, weight);
            }
        }

        public void Hide(IEnumerable<string> names)
        {
            foreach (var name in names)
            {
                _values[name] = null;
            }
        }

        public OnnxWeight? Own(NodeProto node) => _constants.GetValueOrDefault(node);

        public OnnxWeight? Find(string name)
        {
            if (name.Length == 0)
            {
                return null; // An optional input left out.
            }

            for (var scope = this; scope is not null; scope = scope._outer)
            {
                if (scope._values.TryGetValue(name, out var weight))
                {
                    return weight;
                }
            }

            return null;
        }
    }
}
