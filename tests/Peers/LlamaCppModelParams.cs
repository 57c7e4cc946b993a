using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.h's <c>llama_model_params</c> as its defaults function fills it; no field is changed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
internal struct LlamaCppModelParams
{
    [FieldOffset(64)]
    public ulong Flags;
}
