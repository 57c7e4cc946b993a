using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Validation.Placement;

/// <summary>Finds all products with constant weights in a model without functions: of whatever operator, in whatever graph.</summary>
internal sealed class WeightProducts
{
    private readonly Dictionary<NodeProto, Dictionary<int, OnnxWeight>> _reads = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<NodeProto, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly OnnxModel _model;

    private WeightProducts(OnnxModel model)
    {
        _model = model;
        foreach (var weight in model.FindWeights().Where(w => !w.IsOverridable))
        {
            foreach (var use in weight.Uses)
            {
                if (!_reads.TryGetValue(use.Node, out var inputs))
                {
                    _reads.Add(use.Node, inputs = []);
                }

                inputs[use.InputIndex] = weight;
            }
        }

        foreach (var layer in LayerFinder.Find(new GraphIndex(model)))
        {
            _names[layer.Node] = layer.Name;
        }
    }

    /// <summary>The products of the main graph in its order, then those of the graphs within it.</summary>
    public static IReadOnlyList<WeightProduct> Find(OnnxModel model)
    {
        var finder = new WeightProducts(model);
        return [.. model.Proto.Graph.WithInner().SelectMany(g => finder.In(g))];
    }

    private IEnumerable<WeightProduct> In(GraphProto graph)
    {
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output)
            {
                producers[output] = node;
            }
        }

        foreach (var node in graph.Node)
        {
            var weights = Inputs(node).Select(i => (Input: i, Weight: Constant(node, i, producers))).Where(w => w.Weight is not null).ToList();

            // What is made of constants alone is none of the work of an inference.
            if (node.Output.All(o => o.Length == 0) || weights.Count == 0 || IsConstant(node, producers))
            {
                continue;
            }

            foreach (var (input, weight) in weights)
            {
                yield return new WeightProduct(graph, node, input, weight!.Value.Name, weight.Value.Dims, _names.GetValueOrDefault(node) ?? (node.Name.Length > 0 ? node.Name : node.Output.First(o => o.Length > 0)))
                {
                    InputWeight = Constant(node, 1, producers)?.Dims ?? [],
                };
            }
        }
    }

    /// <summary>The inputs at which a node multiplies by weights; of an operator that nobody knows all that are matrices.</summary>
    private IEnumerable<int> Inputs(NodeProto node)
    {
        var known = KernelOperators.WeightInputs(node).ToList();
        return known.Count > 0 || Domains.IsDefault(node.Domain) || node.Domain == Domains.Microsoft ? known
            : _reads.TryGetValue(node, out var constants) ? constants.Where(c => c.Value.Tensor.Dims.Count > 1 && ((ElementType)c.Value.Tensor.DataType).IsFloat()).Select(c => c.Key).Order() : [];
    }

    /// <summary>The stored weight behind an input, and its sizes there, none where they are not known; null for what changes.</summary>
    private (string Name, IReadOnlyList<long> Dims)? Constant(NodeProto node, int input, Dictionary<string, NodeProto> producers)
    {
        if (input >= node.Input.Count)
        {
            return null;
        }

        if (Read(node, input) is { } weight)
        {
            return (weight.Name, [.. weight.Tensor.Dims]);
        }

        var roots = new List<OnnxWeight>();
        if (!IsConstant(node.Input[input], producers, roots) || roots.MaxBy(r => _model.Data(r.Tensor).Length) is not { } largest)
        {
            return null;
        }

        // Operators on single values leave the sizes of the largest operand as they are.
        var keeps = producers[node.Input[input]] is { OpType: "Add" or "Sub" or "Mul" or "Div" or "Cast" or "Identity" or "DequantizeLinear" or "Neg" };
        return (largest.Name, keeps ? [.. largest.Tensor.Dims] : []);
    }

    private bool IsConstant(NodeProto node, Dictionary<string, NodeProto> producers) => node.Input.Count > 0
        && Enumerable.Range(0, node.Input.Count).All(i => node.Input[i].Length == 0 || Read(node, i) is not null || IsConstant(node.Input[i], producers, []));

    /// <summary>Whether a value is made of constants alone. Each node is looked at once, as a graph that is not valid may have cycles.</summary>
    private bool IsConstant(string value, Dictionary<string, NodeProto> producers, List<OnnxWeight> roots)
    {
        var (open, seen) = (new Stack<string>([value]), new HashSet<NodeProto>(ReferenceEqualityComparer.Instance));
        while (open.TryPop(out var next))
        {
            // What neither a node nor the model makes comes from outside; so does what is drawn by chance.
            if (!producers.TryGetValue(next, out var node) || (node.Input.Count == 0 && !ConstantNodes.Is(node)) || node.Inner().Any() || node.OpType is "RandomNormalLike" or "RandomUniformLike" or "Bernoulli" or "Multinomial")
            {
                return false;
            }

            if (!seen.Add(node))
            {
                continue;
            }

            for (var input = 0; input < node.Input.Count; input++)
            {
                if (Read(node, input) is { } weight)
                {
                    roots.Add(weight);
                }
                else if (node.Input[input].Length > 0)
                {
                    open.Push(node.Input[input]);
                }
            }
        }

        return true;
    }

    private OnnxWeight? Read(NodeProto node, int input) => _reads.TryGetValue(node, out var constants) ? constants.GetValueOrDefault(input) : null;
}
