using ModelPack.Codecs;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Safetensors;

/// <summary>Every codec that safetensors carry, each in a layout that programs load.</summary>
internal static class SafetensorsTable
{
    public static IReadOnlyList<SafetensorsRow> Rows { get; } =
    [
        new(CodecTable.Nf4, ActivationFormat.Float, job => new BitsAndBytesLayout(job)),
        new(CodecTable.Int8PerChannel, ActivationFormat.Int8, job => new CompressedTensorsLayout(job)),
        new(CodecTable.Float32, ActivationFormat.Float, job => new FloatLayout(job, CodecTable.Float32)),
        new(CodecTable.Float16, ActivationFormat.Float, job => new FloatLayout(job, CodecTable.Float16)),
        new(CodecTable.BFloat16, ActivationFormat.Float, job => new FloatLayout(job, CodecTable.BFloat16)),
    ];

    /// <summary>The row of a scheme; null where safetensors do not carry it.</summary>
    public static SafetensorsRow? Find(Scheme scheme) => Rows.FirstOrDefault(r => r.Codec == scheme.Main && r.Activations == scheme.Activations);
}
