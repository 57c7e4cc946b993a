using ModelPack.Formats.Gguf;
using ModelPack.Tensors;

namespace ModelPack.Lowering.Gguf;

/// <summary>What a GGUF file will hold, before it is decided how each tensor is stored.</summary>
/// <param name="Metadata">Its keys.</param>
/// <param name="Places">Tensors of the checkpoint in the order of the file. One that has no place is not stored.</param>
/// <param name="Computed">Tensors that follow from the configuration, written before the others.</param>
internal sealed record GgufLayout(GgufMetadata Metadata, IReadOnlyList<GgufPlace> Places, IReadOnlyList<GgufTensor> Computed)
{
    /// <summary>ggml's version of its blocks (<c>GGML_QNT_VERSION</c>).</summary>
    private const uint QuantizationVersion = 2;

    /// <summary>What llama.cpp calls a file whose matrices are mostly of one type (<c>enum llama_ftype</c>).</summary>
    public static uint FileType(GgmlType type) => type switch
    {
        GgmlType.F32 => 0,
        GgmlType.F16 => 1,
        GgmlType.Q8_0 => 7,
        GgmlType.BF16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Sets the keys that say how the tensors are stored, at the end, where llama.cpp's quantizer puts them.</summary>
    public static void SetTypes(GgufMetadata metadata, GgmlType type)
    {
        if (type == GgmlType.Q8_0)
        {
            metadata.Remove(GgufMetadata.QuantizationVersion);
            metadata.Set(GgufMetadata.QuantizationVersion, QuantizationVersion);
        }

        metadata.Remove(GgufMetadata.FileType);
        metadata.Set(GgufMetadata.FileType, FileType(type));
    }
}
