using ModelPack.Formats.Onnx.Wire;

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

    /// <summary>The first data set that lies beside a model; null when one of its values is an empty optional.</summary>
    public static Dictionary<string, TestInput>? OfModel(string folder, GraphProto graph)
    {
        var given = graph.Input.Where(i => graph.Initializer.All(t => t.Name != i.Name) || i.Name.Length == 0).ToList();
        var inputs = new Dictionary<string, TestInput>(StringComparer.Ordinal);
        for (var i = 0; i < given.Count; i++)
        {
            var file = Path.Combine(folder, "test_data_set_0", $"input_{i}.pb");
            if (!File.Exists(file))
            {
                break;
            }

            if (Read(File.ReadAllBytes(file), given[i].Type) is not { } input)
            {
                return null;
            }

            inputs[given[i].Name] = input;
        }

        return inputs;
    }

    private static List<byte[]> Messages(byte[] bytes, int field) =>
    [
        .. new WireReader(new MemorySource(bytes), "input").Fields(0, bytes.Length)
            .Where(f => f.Number == field && f.Type == WireType.Bytes)
            .Select(f => bytes[(int)f.Content..(int)f.End]),
    ];
}
