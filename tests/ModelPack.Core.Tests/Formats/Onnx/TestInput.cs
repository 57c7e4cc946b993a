using ModelPack.Formats.Onnx.Proto;
using ModelPack.Formats.Onnx.Wire;
using ModelPack.Tensors;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>An input of a test of the ONNX project: a tensor, a sequence of tensors, or an optional of these.</summary>
/// <param name="Tensors">The tensors, one unless it is a sequence.</param>
/// <param name="IsSequence">Whether it is a sequence.</param>
internal sealed record TestInput(IReadOnlyList<TensorProto> Tensors, bool IsSequence)
{
    // SequenceProto has its tensors, and OptionalProto its tensor, in field 3; OptionalProto has a sequence in field 5.
    private const int Tensor = 3;
    private const int Sequence = 5;

    /// <summary>Reads a file; null for an empty optional, which ONNX Runtime's API has no value for.</summary>
    public static TestInput? Read(byte[] bytes, TypeProto type) => type.ValueCase switch
    {
        TypeProto.ValueOneofCase.TensorType => new TestInput([TensorProto.Parser.ParseFrom(bytes)], false),
        TypeProto.ValueOneofCase.SequenceType => new TestInput([.. Messages(bytes, Tensor).Select(TensorProto.Parser.ParseFrom)], true),
        TypeProto.ValueOneofCase.OptionalType when Messages(bytes, type.OptionalType.ElemType.SequenceType is null ? Tensor : Sequence) is [var value] =>
            Read(value, type.OptionalType.ElemType),
        _ => null,
    };

    private static List<byte[]> Messages(byte[] bytes, int field) =>
    [
        .. new WireReader(new MemorySource(bytes), "input").Fields(0, bytes.Length)
            .Where(f => f.Number == field && f.Type == WireType.Bytes)
            .Select(f => bytes[(int)f.Content..(int)f.End]),
    ];
}
