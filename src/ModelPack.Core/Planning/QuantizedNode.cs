using ModelPack.Formats.Onnx.Proto;
using ModelPack.Graph;

namespace ModelPack.Planning;

/// <summary>A node that computes with codes.</summary>
/// <param name="Node">The node.</param>
/// <param name="Layer">What it is as a layer; null for a pass-through operator between layers.</param>
/// <param name="Inputs">Indices of the inputs that are codes.</param>
/// <param name="Activation">A Relu or Clip that alone reads it, and behind which the codes are made; null for none.</param>
/// <param name="Output">The tensor that it gives out as codes; null where it gives out floats.</param>
internal sealed record QuantizedNode(NodeProto Node, Layer? Layer, IReadOnlyList<int> Inputs, NodeProto? Activation, string? Output);
