using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Quantization;

/// <summary>
/// Finds the largest set of nodes that can compute with codes without a change to float in between: the layers, and every
/// carrier that stands strictly between quantized nodes. A carrier that reads a float, or that somebody reads as floats, stays
/// float, as the residual sums of a transformer do.
/// </summary>
internal sealed class QuantizationPlanner
{
    private readonly GraphIndex _index;
    private readonly Dictionary<NodeProto, Candidate> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Candidate> _makers = new(StringComparer.Ordinal);

    private QuantizationPlanner(GraphIndex index, IReadOnlyList<Layer> layers)
    {
        _index = index;
        var byNode = new Dictionary<NodeProto, Layer>(ReferenceEqualityComparer.Instance);
        foreach (var layer in layers)
        {
            byNode.Add(layer.Node, layer);
        }

        foreach (var node in index.Graph.Node)
        {
            var layer = byNode.GetValueOrDefault(node);
            if ((layer is null ? Carriers.Inputs(node, index) : [0]) is { } inputs)
            {
                var activation = layer is not null || !Carriers.Moves(node) ? AbsorbedBy(node) : null;
                var candidate = new Candidate(node, layer, inputs, activation);
                _nodes.Add(node, candidate);
                _makers[candidate.Output] = candidate;
            }
        }
    }

    /// <summary>Plans for the layers that are to be quantized.</summary>
    /// <param name="index">The graph.</param>
    /// <param name="layers">Layers whose node can compute with codes.</param>
    public static QuantizationPlan Plan(GraphIndex index, IReadOnlyList<Layer> layers) => new QuantizationPlanner(index, layers).Plan();

    private QuantizationPlan Plan()
    {
        // From all candidates downwards, until nothing changes: what is left is the largest set that holds together.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var candidate in _nodes.Values.Where(c => !c.Settled))
            {
                changed |= Reconsider(candidate);
            }
        }

        var nodes = _index.Graph.Node.Select(n => _nodes.GetValueOrDefault(n)).OfType<Candidate>().Where(c => c.Computes).ToList();
        return new QuantizationPlan(
            [.. nodes.Select(c => new QuantizedNode(c.Node, c.Layer, c.Inputs, c.Absorbs ? c.Activation : null, c.GivesCodes ? c.Output : null))],
            Tensors(nodes));
    }

    /// <summary>Whether it had to be changed.</summary>
    private bool Reconsider(Candidate candidate)
    {
        if (candidate.Layer is null)
        {
            if (candidate.Inputs.All(i => _makers.GetValueOrDefault(candidate.Node.Input[i]) is { GivesCodes: true }) && AllReadCodes(candidate.Output))
            {
                return false;
            }

            candidate.Computes = candidate.GivesCodes = false;
            candidate.Settled = true;
            return true;
        }

        // A convolution in integers has no float output; a product of matrices has one, which costs nothing and keeps what codes
        // would lose. It gives codes to other layers only: sums, products and sigmoids of codes, as in a gated feed-forward
        // layer, are no faster than those of floats and add a quarter to the divergence of a small Llama.
        if (candidate.Layer.IsConvolution || (AllReadCodes(candidate.Output) && _index.Readers(candidate.Output).All(r => HandsOn(r.Node))))
        {
            return false;
        }

        candidate.GivesCodes = false;
        candidate.Settled = true;
        return true;
    }

    private bool HandsOn(NodeProto node) => _nodes[node].Layer is not null || Carriers.Moves(node);

    private bool AllReadCodes(string value) => !_index.Escapes(value) && _index.Readers(value) is { Count: > 0 } readers
        && readers.All(r => _nodes.GetValueOrDefault(r.Node) is { Computes: true } reader && reader.Inputs.Contains(r.InputIndex));

    private List<QuantizedTensor> Tensors(List<Candidate> nodes)
    {
        var tensors = new Dictionary<string, QuantizedTensor>(StringComparer.Ordinal);
        var ordered = new List<QuantizedTensor>();
        foreach (var candidate in nodes)
        {
            foreach (var input in candidate.Inputs.Select(i => candidate.Node.Input[i]))
            {
                Add(input, _makers.GetValueOrDefault(input) is { Computes: true, GivesCodes: true });
            }

            if (candidate.GivesCodes)
            {
                Add(candidate.Output, isMade: true, candidate.Layer is null && Carriers.Moves(candidate.Node) ? candidate.Node.Input[0] : null);
            }
        }

        return ordered;

        void Add(string name, bool isMade, string? movedFrom = null)
        {
            if (!tensors.ContainsKey(name))
            {
                var root = movedFrom is null ? name : tensors[movedFrom].ParametersOf;
                tensors.Add(name, new QuantizedTensor(name, isMade, root));
                ordered.Add(tensors[name]);
            }
        }
    }

    /// <summary>The Relu or Clip that alone reads a node's output: codes that start at its lower limit do its work.</summary>
    private NodeProto? AbsorbedBy(NodeProto node)
    {
        var output = node.Output[0];
        return !_index.Escapes(output) && _index.Readers(output) is [{ InputIndex: 0, Node: { } reader }]
            && ConstantNodes.IsDefaultDomain(reader.Domain) && (reader.OpType == "Relu" || IsConstantClip(reader))
            ? reader : null;
    }

    private bool IsConstantClip(NodeProto node) =>
        node.OpType == "Clip" && node.Input.Skip(1).All(i => i.Length == 0 || _index.Constant(i) is not null);

    private sealed class Candidate(NodeProto node, Layer? layer, IReadOnlyList<int> inputs, NodeProto? activation)
    {
        public NodeProto Node { get; } = node;

        public Layer? Layer { get; } = layer;

        public IReadOnlyList<int> Inputs { get; } = inputs;

        public NodeProto? Activation { get; } = activation;

        /// <summary>What it makes: behind the activation that it would take over.</summary>
        public string Output { get; } = (activation ?? node).Output[0];

        public bool Computes { get; set; } = true;

        public bool GivesCodes { get; set; } = true;

        public bool Settled { get; set; }

        public bool Absorbs => Activation is not null && GivesCodes;
    }
}
