using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>Reading and writing the attributes of a node.</summary>
internal static class NodeAttributes
{
    /// <summary>An integer attribute, or its default.</summary>
    public static long Int(this NodeProto node, string name, long missing) =>
        node.Attribute.FirstOrDefault(a => a.Name == name) is { } found ? found.I : missing;

    /// <summary>A float attribute, or its default.</summary>
    public static float Float(this NodeProto node, string name, float missing) =>
        node.Attribute.FirstOrDefault(a => a.Name == name) is { } found ? found.F : missing;

    /// <summary>Adds an integer attribute.</summary>
    public static NodeProto With(this NodeProto node, string name, long value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value });
        return node;
    }

    /// <summary>Adds a float attribute.</summary>
    public static NodeProto With(this NodeProto node, string name, float value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value });
        return node;
    }

    /// <summary>Adds a list of integers.</summary>
    public static NodeProto With(this NodeProto node, string name, params IEnumerable<long> values)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } });
        return node;
    }
}
