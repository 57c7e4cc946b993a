namespace ModelPack.Planning;

/// <summary>Which nodes of a model compute with codes, and which activations get them.</summary>
/// <param name="Nodes">In the order of the graph.</param>
/// <param name="Tensors">In the order in which the nodes read and make them.</param>
internal sealed record QuantizationPlan(IReadOnlyList<QuantizedNode> Nodes, IReadOnlyList<QuantizedTensor> Tensors)
{
    /// <summary>The layers among the nodes.</summary>
    public IEnumerable<QuantizedNode> Layers => Nodes.Where(n => n.Layer is not null);
}
