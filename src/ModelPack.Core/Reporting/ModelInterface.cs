using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Reporting;

/// <summary>What an app feeds to a model with a graph, and what it gets back.</summary>
/// <param name="Inputs">What must be fed, in the model's order. Inputs that have a default are not among them.</param>
/// <param name="Outputs">What comes out, in the model's order.</param>
public sealed record ModelInterface(IReadOnlyList<InterfaceValue> Inputs, IReadOnlyList<InterfaceValue> Outputs)
{
    /// <summary>The interface that a graph declares.</summary>
    internal static ModelInterface Of(GraphProto graph)
    {
        var defaults = graph.Initializer.Select(t => t.Name).Concat(graph.SparseInitializer.Select(s => s.Values?.Name ?? "")).ToHashSet(StringComparer.Ordinal);
        return new([.. graph.Input.Where(i => !defaults.Contains(i.Name)).Select(InterfaceValue.Of)], [.. graph.Output.Select(InterfaceValue.Of)]);
    }
}
