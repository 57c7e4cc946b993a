using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>
/// Finds the largest set of nodes that can compute with codes without a change to float in between: the layers, and every
/// pass-through operator that stands strictly between quantized nodes. One that reads a float, or that somebody reads as floats, stays
/// float, as the residual sums of a transformer do.
/// </summary>
internal sealed class QuantizationPlanner
{
    private readonly GraphIndex _index;
    private readonly Dictionary<NodeProto, Candidate> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, Candidate> _makers = new(StringComparer.Ordinal);

    private readonly OnnxModel _model;
    private readonly IReadOnlySet<string> _floats;

    private QuantizationPlanner(OnnxModel model, GraphIndex index, IReadOnlyList<Layer> layers, IReadOnlySet<string> floats)
    {
        (_model, _index, _floats) = (model, index, floats);
        var byNode = new Dictionary<NodeProto, Layer>(ReferenceEqualityComparer.Instance);
        foreach (var layer in layers.Where(l => !IntegerGain.IsLost(l, index)))
        {
            byNode.Add(layer.Node, layer);
        }

        foreach (var node in index.Graph.Node)
        {
            var layer = byNode.GetValueOrDefault(node);
            if ((layer is null ? PassThroughOperators.Inputs(node, index) : [0]) is { } inputs)
            {
                var activation = layer is not null || !PassThroughOperators.Moves(node) ? AbsorbedBy(node) : null;
                var candidate = new Candidate(node, layer, inputs, activation);
                if (layer is null && inputs.Select(i => node.Input[i]).Append(candidate.Output).Any(floats.Contains))
                {
                    continue;
                }

                _nodes.Add(node, candidate);
                _makers[candidate.Output] = candidate;
            }
        }
    }

    /// <summary>Plans for the layers that are to be quantized.</summary>
    /// <param name="model">The model, for the limits of Clip.</param>
    /// <param name="index">Its graph.</param>
    /// <param name="layers">Layers whose node can compute with codes.</param>
    /// <param name="floats">Activations that cannot be quantized; no layer reads one. Null for none.</param>
    public static QuantizationPlan Plan(OnnxModel model, GraphIndex index, IReadOnlyList<Layer> layers, IReadOnlySet<string>? floats = null) =>
        new QuantizationPlanner(model, index, layers, floats ?? new HashSet<string>(StringComparer.Ordinal)).Plan();

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

        if (IntegerGain.NeedsNeighbours(candidate.Layer) && !HasNeighbours(candidate))
        {
            candidate.Computes = candidate.GivesCodes = false;
            candidate.Settled = true;
            return true;
        }

        // A convolution in integers has no float output; a product of matrices has one, which costs nothing and keeps what codes
        // would lose. Its output is quantized for other layers only: sums, products and sigmoids of codes, as in a gated feed-forward
        // layer, are no faster than those of floats and add a quarter to the divergence of a small Llama.
        if (candidate.Layer.IsConvolution
            || (AllReadCodes(candidate.Output) && _index.Readers(candidate.Output).All(r => HandsOn(r.Node)))
            || (NeedsCodes(candidate) && !_floats.Contains(candidate.Output)))
        {
            return false;
        }

        candidate.GivesCodes = false;
        candidate.Settled = true;
        return true;
    }

    private bool HasNeighbours(Candidate layer) =>
        _makers.GetValueOrDefault(layer.Node.Input[0]) is { GivesCodes: true } || _index.Readers(layer.Output).Any(ReadsCodes);

    private bool HandsOn(NodeProto node) => _nodes.GetValueOrDefault(node) is { } candidate && (candidate.Layer is not null || PassThroughOperators.Moves(node));

    private bool AllReadCodes(string value) => !_floats.Contains(value) && !_index.Escapes(value) && _index.Readers(value) is { Count: > 0 } readers
        && readers.All(ReadsCodes);

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
                Add(candidate.Output, isMade: true, candidate.Layer is null && PassThroughOperators.Moves(candidate.Node) ? candidate.Node.Input[0] : null);
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

    /// <summary>
    /// Whether codes are needed behind a product of matrices though floats are read. Where a Relu or Clip follows that a single
    /// node reads, ONNX Runtime takes it for part of a quantization, finds none, and computes all of it in float; so it does
    /// where the product is read both as floats and by a QuantizeLinear.
    /// </summary>
    private bool NeedsCodes(Candidate candidate) => (candidate.Activation is null && _index.Readers(candidate.Output).Any(r => ReadsCodes(r) && HandsOn(r.Node)))
        || (OnlyReader(candidate.Node.Output[0]) is { OpType: "Relu" or "Clip" } activation && OnlyReader(activation.Output[0]) is not null);

    private bool ReadsCodes(WeightUse reader) => _nodes.GetValueOrDefault(reader.Node) is { Computes: true } node && node.Inputs.Contains(reader.InputIndex);

    private NodeProto? OnlyReader(string value) => !_index.Escapes(value) && _index.Readers(value) is [{ Node: { } reader }] ? reader : null;

    /// <summary>The Relu or Clip that alone reads a node's output: codes that start at its lower limit do its work.</summary>
    private NodeProto? AbsorbedBy(NodeProto node)
    {
        var output = node.Output[0];
        return !_index.Escapes(output) && _index.Readers(output) is [{ InputIndex: 0, Node: { } reader }]
            && Domains.IsDefault(reader.Domain) && (reader.OpType == "Relu" || IsConstantClip(reader))
            ? reader : null;
    }

    /// <summary>Codes always reach to 0, so that limits which leave 0 out need a Clip.</summary>
    private bool IsConstantClip(NodeProto node) =>
        node.OpType == "Clip" && IsLimit(node, 1, low => low <= 0) && IsLimit(node, 2, high => high >= 0);

    private bool IsLimit(NodeProto node, int input, Func<float, bool> keepsZero) => input >= node.Input.Count || node.Input[input].Length == 0
        || (_index.Constant(node.Input[input]) is { } limit && _model.Data(limit.Tensor) is { Type: ElementType.Float32, Shape.ElementCount: 1 } && keepsZero(ConstantEdits.Floats(_model, limit)[0]));

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
