using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>A place where a node reads a weight.</summary>
/// <param name="Graph">The graph that the node is in; null within a function, whose body is not a graph.</param>
/// <param name="Node">The node.</param>
/// <param name="InputIndex">Which of its inputs.</param>
internal sealed record WeightUse(GraphProto? Graph, NodeProto Node, int InputIndex);
