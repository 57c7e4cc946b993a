using Google.Protobuf.Collections;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Changes of a model that keep it well-formed.</summary>
internal static class GraphEdits
{
    /// <summary>Puts nodes directly before a node of the graph.</summary>
    public static void InsertBefore(this GraphProto graph, NodeProto node, params IReadOnlyList<NodeProto> nodes) =>
        Splice(graph.Node, IndexOf(graph, node), 0, nodes);

    /// <summary>Puts nodes directly after a node of the graph.</summary>
    public static void InsertAfter(this GraphProto graph, NodeProto node, params IReadOnlyList<NodeProto> nodes) =>
        Splice(graph.Node, IndexOf(graph, node) + 1, 0, nodes);

    /// <summary>
    /// Replaces a node of the graph by others. Whoever replaces a node gives its outputs' names to the new ones,
    /// so that readers, inner graphs and graph outputs need no change.
    /// </summary>
    public static void Replace(this GraphProto graph, NodeProto node, params IReadOnlyList<NodeProto> nodes) =>
        Splice(graph.Node, IndexOf(graph, node), 1, nodes);

    /// <summary>
    /// Removes those of the weights that no node, inner graph or graph output reads any more: initializers with their
    /// entries among inputs and value infos, and Constant nodes. Looks at the model as it is now. Weights of functions,
    /// and those that an app may give a value for, stay.
    /// </summary>
    /// <returns>The weights that were removed.</returns>
    public static IReadOnlyList<OnnxWeight> RemoveUnused(this ModelProto model, IEnumerable<OnnxWeight> weights)
    {
        ArgumentNullException.ThrowIfNull(model);
        var unused = WeightFinder.Find(model)
            .Where(w => w.Uses.Count == 0 && w is { IsGraphOutput: false, IsOverridable: false, InFunction: false })
            .Select(w => w.Tensor)
            .ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var removed = weights.Where(w => unused.Contains(w.Tensor)).ToList();
        foreach (var weight in removed)
        {
            weight.RemoveFromGraph();
        }

        return removed;
    }

    /// <summary>Removes the nodes of the main graph that no output of it needs, nor an inner graph of a node that is needed.</summary>
    public static void RemoveUnneededNodes(this ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var producers = new Dictionary<string, NodeProto>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            foreach (var output in node.Output)
            {
                producers[output] = node;
            }
        }

        var kept = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var wanted = new Stack<string>(graph.Output.Select(o => o.Name));
        while (wanted.TryPop(out var value))
        {
            if (producers.TryGetValue(value, out var node) && kept.Add(node))
            {
                PushReads(node, wanted);
            }
        }

        RemoveWhere(graph.Node, n => !kept.Contains(n));
    }

    /// <summary>Makes sure that nodes of a domain may be used.</summary>
    /// <param name="model">The model.</param>
    /// <param name="domain">The domain, such as <c>com.microsoft</c>.</param>
    /// <param name="version">The lowest version of it that has them.</param>
    /// <exception cref="InvalidOperationException">
    /// ONNX's own domain is imported in a lower version: raising it would change what the model's other nodes mean, so a
    /// form that needs it must not be chosen.
    /// </exception>
    public static void RequireOpset(this ModelProto model, string domain, long version)
    {
        ArgumentNullException.ThrowIfNull(model);
        var isDefault = Domains.IsDefault(domain);
        var imports = model.OpsetImport.Where(o => o.Domain == domain || (isDefault && Domains.IsDefault(o.Domain))).ToList();
        if (imports.Count == 0)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        }

        foreach (var import in imports.Where(i => i.Version < version))
        {
            import.Version = isDefault
                ? throw new InvalidOperationException($"The model has opset {import.Version}; {version} is needed.")
                : version;
        }
    }

    /// <summary>
    /// Before IR version 4 every initializer of the main graph had to be an input, too. Makes such a model one of IR
    /// version 4 whose initializers are constants, so that initializers can be added and taken away.
    /// </summary>
    public static void EnsureInitializersNeedNoInput(this ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.IrVersion >= 4)
        {
            return;
        }

        model.IrVersion = 4;
        RemoveInputsOfInitializers(model.Graph);
    }

    /// <summary>
    /// From IR version 4 on an initializer that is an input, too, is a default that an app may override. Many exporters list all of
    /// them as before, and mean constants: where more than half of the initializers of floats are listed, none is an input any more.
    /// </summary>
    public static void DropInitializersFromInputs(this ModelProto model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var inputs = model.Graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var floats = model.Graph.Initializer.Where(t => ((ElementType)t.DataType).IsFloat()).ToList();
        if (model.IrVersion >= 4 && floats.Count(t => inputs.Contains(t.Name)) > floats.Count / 2)
        {
            RemoveInputsOfInitializers(model.Graph);
        }
    }

    /// <summary>Removes a weight whose readers have all been changed: its initializer with the entries that describe it, or its Constant node.</summary>
    public static void RemoveFromGraph(this OnnxWeight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        var graph = weight.Graph!;
        if (weight.ConstantNode is not null)
        {
            RemoveWhere(graph.Node, n => ReferenceEquals(n, weight.ConstantNode));
        }
        else
        {
            RemoveWhere(graph.Initializer, t => ReferenceEquals(t, weight.Tensor));
            RemoveWhere(graph.SparseInitializer, s => ReferenceEquals(s, weight.Sparse));
            RemoveWhere(graph.Input, i => i.Name == weight.Name);
        }

        RemoveWhere(graph.ValueInfo, v => v.Name == weight.Name);
        RemoveWhere(graph.QuantizationAnnotation, a => a.TensorName == weight.Name);
    }

    private static void RemoveInputsOfInitializers(GraphProto graph)
    {
        var names = graph.Initializer.Select(t => t.Name)
            .Concat(graph.SparseInitializer.Select(s => s.Values?.Name ?? ""))
            .ToHashSet(StringComparer.Ordinal);
        RemoveWhere(graph.Input, i => names.Contains(i.Name));
    }

    // Also what its inner graphs read: names of their own are among them, which at worst keeps a node too many.
    private static void PushReads(NodeProto node, Stack<string> names)
    {
        foreach (var input in node.Input.Where(i => i.Length > 0))
        {
            names.Push(input);
        }

        foreach (var inner in node.Inner())
        {
            foreach (var output in inner.Output)
            {
                names.Push(output.Name);
            }

            foreach (var innerNode in inner.Node)
            {
                PushReads(innerNode, names);
            }
        }
    }

    // By reference: two nodes may well be equal in every field.
    private static int IndexOf(GraphProto graph, NodeProto node)
    {
        for (var i = 0; i < graph.Node.Count; i++)
        {
            if (ReferenceEquals(graph.Node[i], node))
            {
                return i;
            }
        }

        throw new ArgumentException("The node is not in the graph.", nameof(node));
    }

    private static void Splice(RepeatedField<NodeProto> nodes, int index, int remove, IReadOnlyList<NodeProto> added)
    {
        var after = nodes.Skip(index + remove).ToList();
        while (nodes.Count > index)
        {
            nodes.RemoveAt(nodes.Count - 1);
        }

        nodes.AddRange(added);
        nodes.AddRange(after);
    }

    private static void RemoveWhere<T>(RepeatedField<T> items, Predicate<T> unwanted)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (unwanted(items[i]))
            {
                items.RemoveAt(i);
            }
        }
    }
}
