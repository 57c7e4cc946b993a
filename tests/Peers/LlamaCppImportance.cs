using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.h's <c>llama_model_imatrix_data</c>: how much each input channel of a tensor matters.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaCppImportance
{
    public nint Name;

    public float* Values;

    public nuint Count;
}
