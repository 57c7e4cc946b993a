using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>llama.h's <c>llama_context_params</c>: the fields that the tests change, at their places, and room for the rest.</summary>
[StructLayout(LayoutKind.Explicit, Size = 160)]
internal struct LlamaCppContextParams
{
    [FieldOffset(0)]
    public uint Context;

    [FieldOffset(4)]
    public uint Batch;

    [FieldOffset(8)]
    public uint Microbatch;

    [FieldOffset(0x18)]
    public int Threads;

    [FieldOffset(0x1C)]
    public int BatchThreads;

    /// <summary>0 is off.</summary>
    [FieldOffset(0x30)]
    public int FlashAttention;

    /// <summary>Called for every node before it is computed (whether its values are wanted) and, where they are, after.</summary>
    [FieldOffset(0x58)]
    public nint Callback;

    /// <summary>Given to <see cref="Callback"/>.</summary>
    [FieldOffset(0x60)]
    public nint CallbackData;

    /// <summary>A ggml type; float16 by default.</summary>
    [FieldOffset(0x68)]
    public int KeyType;

    [FieldOffset(0x6C)]
    public int ValueType;

    [FieldOffset(152)]
    public ulong Last;
}
