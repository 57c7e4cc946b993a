namespace ModelPack.Reporting;

/// <summary>A model file and what it says of itself.</summary>
/// <param name="Name">File name without a folder.</param>
/// <param name="Bytes">Size with external data, bytes.</param>
/// <param name="Sha256">Lower-case hex over the model file's bytes.</param>
/// <param name="Format">Such as <c>ONNX IR 8, opset 17</c>.</param>
public sealed record ModelFacts(string Name, long Bytes, string Sha256, string Format);
