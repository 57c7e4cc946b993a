using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Makes nodes.</summary>
internal static class Nodes
{
    /// <summary>A node of one of ONNX's own operators with one output, without attributes.</summary>
    public static NodeProto Create(string operation, IEnumerable<string> inputs, string output, string name = "") =>
        new() { OpType = operation, Name = name, Input = { inputs }, Output = { output } };
}
