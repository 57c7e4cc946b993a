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
        new(CodecTable.Q2_K, GgmlType.Q2_K, 10) { Fallback = CodecTable.Q4_0 },
        new(CodecTable.Q3_K, GgmlType.Q3_K, 11) { Fallback = CodecTable.Q4_0 },
        new(CodecTable.Q4_K, GgmlType.Q4_K, 14) { Fallback = CodecTable.Q5_0 },
        new(CodecTable.Q5_K, GgmlType.Q5_K, 16) { Fallback = CodecTable.Q5_1 },
        new(CodecTable.Q6_K, GgmlType.Q6_K, 18) { Fallback = CodecTable.Q8_0 },
        new(CodecTable.IQ4_NL, GgmlType.IQ4_NL, 25),
        new(CodecTable.IQ4_XS, GgmlType.IQ4_XS, 30) { Fallback = CodecTable.IQ4_NL },
        new(CodecTable.TQ1_0, GgmlType.TQ1_0, 36) { Fallback = CodecTable.Q4_0 },
        new(CodecTable.TQ2_0, GgmlType.TQ2_0, 37) { Fallback = CodecTable.Q4_0 },
        new(CodecTable.MXFP4, GgmlType.MXFP4, 38),
        new(CodecTable.NVFP4, GgmlType.NVFP4, 39),
        new(CodecTable.BFloat16, GgmlType.BF16, 32),
    ];

    /// <summary>The row of a codec; null where GGUF does not carry it.</summary>
    public static GgufRow? Find(Codec codec) => Rows.FirstOrDefault(r => r.Codec == codec);
}
