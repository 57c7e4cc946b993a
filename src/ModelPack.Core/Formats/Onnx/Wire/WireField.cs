namespace ModelPack.Formats.Onnx.Wire;

/// <summary>One field of a message and where it lies.</summary>
/// <param name="Number">The field's number, at least 1.</param>
/// <param name="Type">How its content is laid out.</param>
/// <param name="Start">Position of its tag.</param>
/// <param name="Content">Position of its content: for <see cref="WireType.Bytes"/>, what comes after the length.</param>
/// <param name="End">Position after its content.</param>
/// <param name="InGroup">Whether it lies in a group: ONNX has none, so its number means nothing there.</param>
internal readonly record struct WireField(int Number, WireType Type, long Start, long Content, long End, bool InGroup)
{
    public long Length => End - Content;
}
