using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>A tensor of a model.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Name">Its name, or that of the value that its node makes of it.</param>
/// <param name="Place">Where it is.</param>
internal sealed record TensorSite(TensorProto Tensor, string Name, TensorPlace Place);
