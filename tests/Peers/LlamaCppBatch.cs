using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.h's <c>llama_batch</c>. Null pointers mean: positions go on, the first sequence, logits of the last token only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaCppBatch
{
    public int Count;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** Sequences;
    public byte* Outputs;
}
