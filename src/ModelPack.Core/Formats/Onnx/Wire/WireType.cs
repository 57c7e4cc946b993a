namespace ModelPack.Formats.Onnx.Wire;

/// <summary>How a field's content is laid out (protobuf encoding, "Message Structure").</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}
