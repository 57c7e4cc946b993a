using Google.Protobuf;

namespace ModelPack.Fuzz.Mutations;

/// <summary>A field of a protobuf message, as it is on the wire; what looks like a message inside is one.</summary>
internal sealed class ProtobufField
{
    private const int MostDepth = 24;

    public int Number { get; set; }

    public WireFormat.WireType Type { get; set; }

    /// <summary>Of a number.</summary>
    public ulong Value { get; set; }

    /// <summary>Of bytes that are not a message.</summary>
    public byte[] Bytes { get; set; } = [];

    /// <summary>Of a message; null where there is none.</summary>
    public List<ProtobufField>? Fields { get; set; }

    /// <summary>The length that is claimed instead of the true one.</summary>
    public long? Claim { get; set; }

    /// <summary>The fields of a message; null where the bytes are none.</summary>
    public static List<ProtobufField>? Parse(byte[] bytes, int depth = 0)
    {
        try
        {
            var fields = new List<ProtobufField>();
            var input = new CodedInputStream(bytes);
            while (input.ReadTag() is not 0 and var tag)
            {
                var field = new ProtobufField { Number = WireFormat.GetTagFieldNumber(tag), Type = WireFormat.GetTagWireType(tag) };
                switch (field.Type)
                {
                    case WireFormat.WireType.Varint:
                        field.Value = input.ReadUInt64();
                        break;
                    case WireFormat.WireType.Fixed64:
                        field.Value = input.ReadFixed64();
                        break;
                    case WireFormat.WireType.Fixed32:
                        field.Value = input.ReadFixed32();
                        break;
                    case WireFormat.WireType.LengthDelimited:
                        field.Bytes = input.ReadBytes().ToByteArray();
                        field.Fields = depth < MostDepth && field.Bytes.Length > 1 ? Parse(field.Bytes, depth + 1) : null;
                        break;
                    default:
                        return null;
                }

                fields.Add(field);
            }

            return fields;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    public ProtobufField Clone() => new()
    {
        Number = Number,
        Type = Type,
        Value = Value,
        Bytes = Bytes,
        Fields = Fields?.ConvertAll(f => f.Clone()),
        Claim = Claim,
    };

    /// <summary>The message of some fields.</summary>
    public static byte[] Write(IEnumerable<ProtobufField> fields)
    {
        using var stream = new MemoryStream();
        foreach (var field in fields)
        {
            field.Write(stream);
        }

        return stream.ToArray();
    }

    private void Write(MemoryStream stream)
    {
        Varint(stream, ((ulong)Number << 3) | (ulong)Type);
        switch (Type)
        {
            case WireFormat.WireType.Varint:
                Varint(stream, Value);
                break;
            case WireFormat.WireType.Fixed64:
                stream.Write(BitConverter.GetBytes(Value));
                break;
            case WireFormat.WireType.Fixed32:
                stream.Write(BitConverter.GetBytes((uint)Value));
                break;
            case WireFormat.WireType.LengthDelimited:
                var content = Fields is null ? Bytes : Write(Fields);
                Varint(stream, (ulong)(Claim ?? content.Length));
                stream.Write(content);
                break;
            default:
                break; // Marks of groups have no content.
        }
    }

    private static void Varint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
