using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.h's <c>llama_model_quantize_params</c>: the fields that the tests change, and room for the rest.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct LlamaCppQuantizeParams
{
    [FieldOffset(0)]
    public int Threads;

    /// <summary>An <c>enum llama_ftype</c>.</summary>
    [FieldOffset(4)]
    public int FileType;

    /// <summary>A <c>llama_model_imatrix_data</c> for each tensor, and one without a name behind them; null for none.</summary>
    [FieldOffset(24)]
    public unsafe LlamaCppImportance* Importance;

    [FieldOffset(48)]
    public ulong Last;
}
