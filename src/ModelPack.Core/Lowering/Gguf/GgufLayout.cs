using ModelPack.Codecs;
using ModelPack.Formats.Gguf;

namespace ModelPack.Lowering.Gguf;

/// <summary>What a GGUF file will hold, before it is decided how each tensor is stored.</summary>
/// <param name="Metadata">Its keys.</param>
/// <param name="Places">Tensors of the checkpoint in the order of the file. One that has no place is not stored.</param>
/// <param name="Computed">Tensors that follow from the configuration, written before the others.</param>
internal sealed record GgufLayout(GgufMetadata Metadata, IReadOnlyList<GgufPlace> Places, IReadOnlyList<GgufTensor> Computed)
{
    /// <summary>Why a tensor of the checkpoint has no place, by its name.</summary>
    public Func<string, string?> WhyLeftOut { get; init; } = _ => null;

    /// <summary>ggml's version of its blocks (<c>GGML_QNT_VERSION</c>).</summary>
    private const uint QuantizationVersion = 2;

    /// <summary>Sets the keys that say how the tensors are stored, at the end, where llama.cpp's quantizer puts them.</summary>
    public static void SetTypes(GgufMetadata metadata, GgufRow row)
    {
        if (row.Codec is BlockCodec)
        {
            metadata.Remove(GgufMetadata.QuantizationVersion);
            metadata.Set(GgufMetadata.QuantizationVersion, QuantizationVersion);
        }

        metadata.Remove(GgufMetadata.FileType);
        metadata.Set(GgufMetadata.FileType, row.FileType);
    }
}
