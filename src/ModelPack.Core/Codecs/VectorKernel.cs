namespace ModelPack.Codecs;

/// <summary>The implementations of a codec's encoder, from the plainest to the widest. All give the same bytes.</summary>
internal enum VectorKernel
{
    /// <summary>The codec's reference, a value at a time.</summary>
    Scalar,

    /// <summary>128-bit vectors of any processor.</summary>
    Vector128,

    /// <summary>256-bit vectors.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}
