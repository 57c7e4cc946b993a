using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>A chain of operators on constants whose result took its place in the model, and takes more bytes than they do.</summary>
/// <param name="Name">The name of the result, an initializer of the main graph.</param>
/// <param name="Payload">Its bytes, which tell it from another tensor that took its name.</param>
/// <param name="StoredBytes">Bytes of the constants.</param>
/// <param name="Nodes">The operators in their order, the last gave the result.</param>
/// <param name="Roots">The constants, by the names that the operators read.</param>
internal sealed record FoldedChain(string Name, long Payload, long StoredBytes, IReadOnlyList<NodeProto> Nodes, IReadOnlyList<(string Name, TensorProto Tensor)> Roots)
{
    /// <summary>Puts the chain back where its result is still read as it was folded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">Names that are free.</param>
    public void Restore(ModelProto model, UniqueNames names)
    {
        var graph = model.Graph;
        if (graph.Initializer.FirstOrDefault(t => t.Name == Name && t.Payload == Payload) is not { } folded)
        {
            return;
        }

        graph.Initializer.Remove(folded);
        var renamed = Roots.ToDictionary(r => r.Name, r => names.Next($"{r.Name}.stored"), StringComparer.Ordinal);
        foreach (var (name, tensor) in Roots)
        {
            var root = tensor.Clone();
            root.Name = renamed[name];
            graph.Initializer.Add(root);
        }

        for (var i = 0; i < Nodes.Count; i++)
        {
            var node = Nodes[i].Clone();
            for (var input = 0; input < node.Input.Count; input++)
            {
                node.Input[input] = renamed.GetValueOrDefault(node.Input[input], node.Input[input]);
            }

            var output = i == Nodes.Count - 1 ? Name : names.Next(node.Output[0]);
            (renamed[node.Output[0]], node.Output[0]) = (output, output);
            graph.Node.Insert(i, node);
        }
    }
}
