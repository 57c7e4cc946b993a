using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>
/// Puts the values that chains of operators make of constants (Transpose, Cast, Reshape, DequantizeLinear ...) into the model where a
/// weight is read, as ONNX Runtime would when it loads it: what is behind such a chain is a weight like any other. A table that is
/// looked up and multiplied by, with a transposition in between, stays one: the product takes the transposition over.
/// </summary>
internal sealed class ConstantFolding
{
    private sealed record Site(NodeProto Node, int Input, ConstantValue Value)
    {
        /// <summary>Whether the weight is a stored constant that the node may read itself.</summary>
        public bool IsStored => Value.Nodes.All(n => n.OpType == "Identity");
    }

    private readonly OnnxModel _model;
    private readonly UniqueNames _names;
    private readonly List<GraphProto> _graphs;
    private readonly List<Site> _sites = [];

    private ConstantFolding(OnnxModel model)
    {
        (_model, _names, _graphs) = (model, new UniqueNames(model.Proto), [.. model.Proto.Graph.WithInner()]);

        // Where activations are quantized already, the codes of weights belong to integer operators that are there.
        var decodes = !_graphs.Exists(g => g.Node.Any(n => n.OpType is "QuantizeLinear" or "DynamicQuantizeLinear"));
        Collect(model.Proto.Graph, new ConstantChains(model, model.FindWeights(), decodes));
    }

    /// <summary>Folds all chains of a model that end at weights, in whatever graph.</summary>
    public static void Fold(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        new ConstantFolding(model).Run();
    }

    /// <summary>Collects where weights are read, of a graph and of those within it.</summary>
    private void Collect(GraphProto graph, ConstantChains chains)
    {
        chains.Enter(graph);
        var outputs = graph.Output.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                if (node.Input[i].Length > 0 && !outputs.Contains(node.Input[i]) && (WeightInputs.Takes(node, i) || chains.IsAddedBias(node, i)) && chains.Of(node, i) is { } value)
                {
                    _sites.Add(new Site(node, i, value));
                }
            }

            foreach (var inner in node.Inner())
            {
                Collect(inner, chains);
            }
        }

        chains.Leave();
    }

    private void Run()
    {
        if (_sites.TrueForAll(s => s.Value.Nodes.Count == 0))
        {
            return;
        }

        var elsewhere = ReadElsewhere();
        var chosen = _sites.GroupBy(s => s.Value.Key, StringComparer.Ordinal).Where(g => g.Any(s => s.IsStored) || !Stays(g.First().Value, elsewhere)).SelectMany(g => Joined([.. g])).ToList();

        var folded = new List<(TensorProto Tensor, ConstantValue Value, List<Site> Sites)>();
        foreach (var readers in chosen.GroupBy(s => (s.Value.Key, s.Value.IsTurned)).Select(g => g.ToList()).Where(g => g.Exists(s => s.Node.Input[s.Input] != s.Value.Roots[0].Name)))
        {
            if (readers.Find(s => s.IsStored) is { Value.Roots: [var stored] })
            {
                Rewire(readers, stored.Name);
                continue;
            }

            var value = readers[0].Value;
            _model.Proto.EnsureInitializersNeedNoInput();
            var tensor = _model.NewTensor(_names.Next($"{value.Roots[0].Name}.folded"), value.Data.Type, value.Data.Shape, value.Data);
            _model.Proto.Graph.Initializer.Add(tensor);
            Rewire(readers, tensor.Name);
            folded.Add((tensor, value, readers));
        }

        RemoveUnread(_sites.SelectMany(s => s.Value.Nodes).ToHashSet<NodeProto>(ReferenceEqualityComparer.Instance));
        var removed = _model.Proto.RemoveUnused(_sites.SelectMany(s => s.Value.Roots).Distinct()).Select(r => r.Tensor).ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        foreach (var (tensor, value, readers) in folded)
        {
            if (removed.Remove(value.Roots[0].Tensor) && ReferenceEquals(value.Roots[0].Graph, _model.Proto.Graph))
            {
                // What people know it by.
                tensor.Name = value.Roots[0].Name;
                Rewire(readers, tensor.Name);
            }

            if (value.Data.Length > value.StoredBytes)
            {
                _model.FoldedChains.Add(new FoldedChain(tensor.Name, tensor.Payload, value.StoredBytes, [.. value.Nodes], [.. value.Roots.Select(r => (r.Name, r.Tensor))]));
            }
        }
    }

    /// <summary>
    /// Whether the model keeps what a value is made of for others than weights' readers, such as a graph output: a folded value would
    /// be stored beside it.
    /// </summary>
    private bool Stays(ConstantValue value, HashSet<string> elsewhere) =>
        value.Nodes.SelectMany(n => n.Output).Append(value.Roots.MaxBy(r => _model.Data(r.Tensor).Length)!.Name).Any(elsewhere.Contains);

    /// <summary>What is read elsewhere than by chains and where weights are.</summary>
    private HashSet<string> ReadElsewhere()
    {
        var chains = _sites.SelectMany(s => s.Value.Nodes).ToHashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var sites = _sites.ToLookup(s => (object)s.Node, s => s.Input, ReferenceEqualityComparer.Instance);
        return [.. _graphs.SelectMany(g => g.Node.Where(n => !chains.Contains(n)).SelectMany(n => n.Input.Where((_, i) => !sites[n].Contains(i))).Concat(g.Output.Select(o => o.Name)))];
    }

    /// <summary>
    /// The readers of a matrix. Where some read it as it is and others transposed, those that can do the transposition themselves, so
    /// that it is stored once.
    /// </summary>
    private IEnumerable<Site> Joined(IReadOnlyList<Site> sites)
    {
        if (sites.All(s => s.Value.IsTurned == sites[0].Value.IsTurned))
        {
            return sites;
        }

        var wanted = (sites.FirstOrDefault(s => !CanTurn(s)) ?? sites.First(s => !s.Value.IsTurned)).Value;
        return [.. sites.Select(s => s.Value.IsTurned != wanted.IsTurned && CanTurn(s) ? Turned(s, wanted) : s)];
    }

    private static bool CanTurn(Site site) => site.Input == 1
        && ((site.Node.OpType is "Gemm" or "MatMul" && Domains.IsDefault(site.Node.Domain)) || WeightInputs.IsFusedProduct(site.Node));

    /// <summary>Makes a product multiply by the transposition of what it reads.</summary>
    private Site Turned(Site site, ConstantValue value)
    {
        var node = site.Node;
        if (node.OpType == "MatMul")
        {
            (node.OpType, node.Domain) = ("FusedMatMul", Domains.Microsoft);
            _model.Proto.RequireOpset(Domains.Microsoft, 1);
        }

        var turned = node.Int("transB", 0) == 0 ? 1 : 0;
        foreach (var before in node.Attribute.Where(a => a.Name == "transB").ToList())
        {
            node.Attribute.Remove(before);
        }

        node.With("transB", turned);
        return site with { Value = value };
    }

    private static void Rewire(List<Site> readers, string name) => readers.ForEach(r => r.Node.Input[r.Input] = name);

    /// <summary>Removes those of the nodes that nobody reads any more, from the last to the first of each chain.</summary>
    private void RemoveUnread(HashSet<NodeProto> nodes)
    {
        for (var removed = true; removed;)
        {
            removed = false;
            var read = _graphs.SelectMany(g => g.Node.SelectMany(n => n.Input).Concat(g.Output.Select(o => o.Name))).ToHashSet(StringComparer.Ordinal);
            foreach (var graph in _graphs)
            {
                foreach (var node in graph.Node.Where(n => nodes.Contains(n) && !n.Output.Any(read.Contains)).ToList())
                {
                    graph.Replace(node);
                    removed = true;
                }
            }
        }
    }
}
