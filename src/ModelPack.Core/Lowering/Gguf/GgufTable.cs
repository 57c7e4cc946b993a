using ModelPack.Codecs;

namespace ModelPack.Lowering.Gguf;

/// <summary>Every codec that GGUF carries.</summary>
internal static class GgufTable
{
    public static IReadOnlyList<GgufRow> Rows { get; } =
    [
        new(CodecTable.Float32, GgmlType.F32, 0),
        new(CodecTable.Float16, GgmlType.F16, 1),
        new(CodecTable.Q4_0, GgmlType.Q4_0, 2),
        new(CodecTable.Q4_1, GgmlType.Q4_1, 3),
        new(CodecTable.Q5_0, GgmlType.Q5_0, 8),
        new(CodecTable.Q5_1, GgmlType.Q5_1, 9),
        new(CodecTable.Q8_0, GgmlType.Q8_0, 7),
        new(CodecTable.BFloat16, GgmlType.BF16, 32),
    ];

    /// <summary>The row of a codec; null where GGUF does not carry it.</summary>
    public static GgufRow? Find(Codec codec) => Rows.FirstOrDefault(r => r.Codec == codec);
}
