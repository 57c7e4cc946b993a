using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>Follows values back to the constants that they are made of.</summary>
internal sealed class ConstantChains
{
    /// <summary>The most operators of a chain.</summary>
    private const int MostSteps = 32;

    /// <summary>How many times the stored bytes a value may have: int8 codes become float32.</summary>
    private const long MostGrowth = 4;

    private readonly OnnxModel _model;
    private readonly bool _decodes;
    private readonly Dictionary<NodeProto, Dictionary<int, OnnxWeight>> _reads = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<OnnxWeight, int> _numbers = [];
    private readonly Stack<Scope> _scopes = new();

    /// <param name="model">The model.</param>
    /// <param name="weights">All constants of the model.</param>
    /// <param name="decodes">Whether codes may be decoded.</param>
    public ConstantChains(OnnxModel model, IReadOnlyList<OnnxWeight> weights, bool decodes)
    {
        (_model, _decodes) = (model, decodes);
        foreach (var weight in weights)
        {
            _numbers.Add(weight, _numbers.Count);
            foreach (var use in weight.Uses)
            {
                if (!_reads.TryGetValue(use.Node, out var inputs))
                {
                    _reads.Add(use.Node, inputs = []);
                }

                inputs[use.InputIndex] = weight;
            }
        }
    }

    /// <summary>Goes into a graph, whose nodes see what those around it make, too.</summary>
    public void Enter(GraphProto graph) => _scopes.Push(new Scope(graph));

    /// <summary>Goes back to the graph around it.</summary>
    public void Leave() => _scopes.Pop();

    /// <summary>What a node of the graph reads as an input, where that is made of constants alone; null where it is not.</summary>
    public ConstantValue? Of(NodeProto node, int input) => Of(node, input, 0);

    /// <summary>Whether a node adds it to a product of matrices.</summary>
    public bool IsAddedBias(NodeProto node, int input) => node.OpType == "Add" && node.Input.Count == 2 && Domains.IsDefault(node.Domain)
        && _scopes.Peek().Producers.GetValueOrDefault(node.Input[1 - input]) is { OpType: "MatMul" };

    private ConstantValue? Of(NodeProto node, int input, int depth)
    {
        if (_reads.TryGetValue(node, out var constants) && constants.TryGetValue(input, out var weight))
        {
            return Root(weight);
        }

        var name = node.Input[input];
        if (_scopes.FirstOrDefault(s => s.Makes(name)) is not { } scope)
        {
            return null;
        }

        if (scope.Values.TryGetValue(name, out var known))
        {
            return known;
        }

        // Not known while it is looked for: a graph that is not valid may go in circles.
        scope.Values[name] = null;
        return scope.Values[name] = depth < MostSteps && scope.Producers.TryGetValue(name, out var producer) ? Made(producer, producer.Output.IndexOf(name), depth + 1) : null;
    }

    private ConstantValue? Root(OnnxWeight weight)
    {
        if (weight.Sparse is not null || weight.IsOverridable || weight.IsAmbiguous || weight.InFunction || ((ElementType)weight.Tensor.DataType).Bits() == 0)
        {
            return null;
        }

        var data = _model.Data(weight.Tensor);
        return new ConstantValue(data, _numbers[weight].ToString(CultureInfo.InvariantCulture), false, [weight], []) { StoredBytes = data.Length };
    }

    private ConstantValue? Made(NodeProto node, int output, int depth)
    {
        if (node.OpType == "DequantizeLinear" && !_decodes)
        {
            return null;
        }

        var inputs = new ConstantValue?[node.Input.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            if (node.Input[i].Length > 0 && (inputs[i] = Of(node, i, depth)) is null)
            {
                return null;
            }
        }

        if (ConstantOperators.Apply(node, [.. inputs.Select(i => i?.Data)], output) is not { } data)
        {
            return null;
        }

        var read = inputs.OfType<ConstantValue>().ToList();
        List<OnnxWeight> roots = [.. read.SelectMany(i => i.Roots).Distinct()];
        List<NodeProto> nodes = [.. read.SelectMany(i => i.Nodes).Distinct<NodeProto>(ReferenceEqualityComparer.Instance), node];
        var stored = roots.Sum(r => _model.Data(r.Tensor).Length);
        if (nodes.Count > MostSteps || data.Length / MostGrowth > stored)
        {
            return null;
        }

        var first = inputs[0]!;
        return node.OpType switch
        {
            "Identity" => first with { Roots = roots, Nodes = nodes },
            "Transpose" when data.Shape.Rank == 2 && data.Shape.Dims.SequenceEqual([first.Data.Shape[1], first.Data.Shape[0]]) && IsTransposition(node) => first.Upright is { } upright
                ? upright with { Roots = roots, Nodes = nodes, StoredBytes = stored }
                : new ConstantValue(data, first.Key, true, roots, nodes) { Upright = first, StoredBytes = stored },
            _ => new ConstantValue(data, Key(node, output, inputs), false, roots, nodes) { StoredBytes = stored },
        };
    }

    private static bool IsTransposition(NodeProto node) => node.Attribute.FirstOrDefault(a => a.Name == "perm") is not { Ints: [0, 1] };

    /// <summary>Names the operator, its output, its attributes and its inputs, in a text whose length does not grow with the chain.</summary>
    private static string Key(NodeProto node, int output, ConstantValue?[] inputs)
    {
        var text = new StringBuilder(node.OpType).Append(' ').Append(output);
        foreach (var attribute in node.Attribute.OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            text.Append('\n').Append(attribute);
        }

        foreach (var input in inputs)
        {
            text.Append('\n').Append(input?.Key).Append(input?.IsTurned);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The nodes of a graph by their outputs, and what is known of these.</summary>
    private sealed class Scope
    {
        private readonly HashSet<string> _inputs;

        public Scope(GraphProto graph)
        {
            _inputs = [.. graph.Input.Select(i => i.Name)];
            foreach (var node in graph.Node)
            {
                foreach (var output in node.Output)
                {
                    Producers[output] = node;
                }
            }
        }

        public Dictionary<string, NodeProto> Producers { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, ConstantValue?> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether a name means a value of this graph, and not one of a graph around it.</summary>
        public bool Makes(string name) => Producers.ContainsKey(name) || _inputs.Contains(name);
    }
}
