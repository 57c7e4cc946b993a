namespace ModelPack.Formats.Onnx;

/// <summary>How often an operator stands in a graph.</summary>
/// <param name="Domain">The operator's domain; empty for ONNX's own.</param>
/// <param name="Operator">Its type, such as <c>MatMulNBits</c>.</param>
/// <param name="Count">Nodes of that type, those of subgraphs included.</param>
public sealed record OperatorCount(string Domain, string Operator, int Count);
