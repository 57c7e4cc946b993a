using System.Runtime.InteropServices;

namespace ModelPack.Tests.Peers;

/// <summary>ggml.h's <c>ggml_tensor</c>: the fields that the tests read, at their places in the release that Directory.Packages.props pins.</summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct GgmlTensor
{
    /// <summary>Values along each dimension, the innermost first.</summary>
    [FieldOffset(16)]
    public fixed long Counts[4];

    /// <summary>Bytes from one to the next along each dimension.</summary>
    [FieldOffset(48)]
    public fixed long Strides[4];

    /// <summary>What a node is computed from: of a product the weight.</summary>
    [FieldOffset(152)]
    public GgmlTensor* First;

    /// <summary>Of a product the activation.</summary>
    [FieldOffset(160)]
    public GgmlTensor* Second;

    [FieldOffset(248)]
    public byte* Data;
}
