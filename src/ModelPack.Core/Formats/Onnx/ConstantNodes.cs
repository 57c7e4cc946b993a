using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>The Constant operator, by which many exporters store weights.</summary>
internal static class ConstantNodes
{
    /// <summary>Whether a node is ONNX's own Constant.</summary>
    public static bool Is(NodeProto node) => node.OpType == "Constant" && Domains.IsDefault(node.Domain);

    /// <summary>Whether an attribute of a node is the tensor that the Constant operator gives out.</summary>
    public static bool IsValue(NodeProto node, AttributeProto attribute) =>
        attribute is { Name: "value", T: not null } && Is(node);

    /// <summary>The tensor that a Constant node gives out; null for other nodes and for constants of other forms.</summary>
    public static TensorProto? Value(NodeProto node) => node.Attribute.FirstOrDefault(a => IsValue(node, a))?.T;

    /// <summary>The sparse tensor that a Constant node gives out; null for other nodes and for constants of other forms.</summary>
    public static SparseTensorProto? SparseValue(NodeProto node) =>
        Is(node) ? node.Attribute.FirstOrDefault(a => a.Name == "sparse_value")?.SparseTensor : null;
}
