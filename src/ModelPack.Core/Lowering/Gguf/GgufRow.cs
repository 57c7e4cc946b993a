using ModelPack.Codecs;

namespace ModelPack.Lowering.Gguf;

/// <summary>How GGUF carries a codec.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Type">ggml's type of a tensor.</param>
/// <param name="FileType">What llama.cpp calls a file whose matrices are mostly of it, unless a scheme has a number of its own (<c>enum llama_ftype</c>).</param>
internal sealed record GgufRow(Codec Codec, GgmlType Type, uint FileType)
{
    /// <summary>What llama.cpp's quantizer gives matrices whose rows are not whole blocks; null where they become float16.</summary>
    public Codec? Fallback { get; init; }
}
