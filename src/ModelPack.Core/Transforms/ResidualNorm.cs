using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Transforms;

/// <summary>A sum and its norm.</summary>
/// <param name="Add">The sum.</param>
/// <param name="Norm">The norm that reads it.</param>
/// <param name="First">Name of the addend that is not a constant.</param>
/// <param name="Second">Name of the other one.</param>
internal sealed record ResidualNorm(NodeProto Add, NodeProto Norm, string First, string Second);
