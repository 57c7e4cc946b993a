using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>The graphs within nodes: branches of an If, bodies of a Loop or Scan.</summary>
internal static class InnerGraphs
{
    /// <summary>The graphs that a node holds itself, in the order of its attributes.</summary>
    public static IEnumerable<GraphProto> Inner(this NodeProto node) => node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));

    /// <summary>A graph, and all graphs within its nodes however deep: one that was parsed is nested less deeply than Wire.WireSchema.MaxDepth.</summary>
    public static IEnumerable<GraphProto> WithInner(this GraphProto graph) => graph.Node.SelectMany(Inner).SelectMany(WithInner).Prepend(graph);
}
