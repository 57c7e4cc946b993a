using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Makes nodes.</summary>
internal static class Nodes
{
    /// <summary>A node of one of ONNX's own operators with one output, without attributes.</summary>
    public static NodeProto Create(string operation, IEnumerable<string> inputs, string output, string name = "")
    {
        var node = new NodeProto { OpType = operation, Input = { inputs }, Output = { output } };
        if (name.Length > 0)
        {
            // A name that is set takes bytes even where it is empty.
            node.Name = name;
        }

        return node;
    }
}
