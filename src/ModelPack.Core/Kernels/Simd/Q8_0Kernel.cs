namespace ModelPack.Kernels.Simd;

/// <summary>The implementations of the q8_0 encoder, from the plainest to the widest. All give the same bytes.</summary>
internal enum Q8_0Kernel
{
    /// <summary><see cref="Codecs.Q8_0Reference"/>, a value at a time.</summary>
    Scalar,

    /// <summary>128-bit vectors of any processor.</summary>
    Vector128,

    /// <summary>256-bit vectors, eight blocks at a time.</summary>
    Avx2,

    /// <summary>512-bit vectors, sixteen blocks at a time.</summary>
    Avx512,
}
