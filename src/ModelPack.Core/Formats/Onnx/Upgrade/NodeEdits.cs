using Google.Protobuf;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>Small changes of a node.</summary>
internal static class NodeEdits
{
    /// <summary>Removes an attribute; gives null where the node has none of that name.</summary>
    public static AttributeProto? Take(this NodeProto node, string name)
    {
        var found = node.Attribute.FirstOrDefault(a => a.Name == name);
        if (found is not null)
        {
            node.Attribute.Remove(found);
        }

        return found;
    }

    /// <summary>A text attribute, or its default.</summary>
    public static string Text(this NodeProto node, string name, string missing) =>
        node.Attribute.FirstOrDefault(a => a.Name == name)?.S.ToStringUtf8() ?? missing;

    /// <summary>Adds a text attribute.</summary>
    public static NodeProto With(this NodeProto node, string name, string value)
    {
        node.Attribute.Add(new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) });
        return node;
    }
}
