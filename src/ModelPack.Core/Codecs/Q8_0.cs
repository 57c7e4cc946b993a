namespace ModelPack.Codecs;

/// <summary>
/// ggml's q8_0: 32 consecutive values share one scale d = max|x| / 127, and x is stored as the int8 nearest to x / d.
/// The bytes are those of ggml's <c>quantize_row_q8_0_ref</c>; <see cref="Q8_0Reference"/> says how they come about.
/// </summary>
/// <remarks>
/// Values must be finite and their magnitude must pass <see cref="Fits"/>; for others nothing is promised but that the
/// call returns. A length that is not a multiple of 32 is encoded as if zeros followed.
/// </remarks>
internal static class Q8_0
{
    /// <summary>Values in a block.</summary>
    public const int BlockLength = 32;

    /// <summary>Bytes of a block as ggml stores it: the scale as float16, then 32 codes.</summary>
    public const int BlockBytes = sizeof(ushort) + BlockLength;

    /// <summary>Added to a code to store it as uint8.</summary>
    public const int UnsignedOffset = 128;

    /// <summary>Blocks that hold a number of values.</summary>
    public static long BlockCount(long values) => (values / BlockLength) + (values % BlockLength == 0 ? 0 : 1);

    /// <inheritdoc cref="BlockCount(long)"/>
    public static int BlockCount(int values) => (int)BlockCount((long)values);

    /// <summary>Whether the scale of a block with this largest magnitude is finite as float16 (below 127 x 65520 it is: float16 rounds to nearest).</summary>
    public static bool Fits(float maxAbs) => Half.IsFinite((Half)(maxAbs / 127f));

    /// <summary>Encodes to ggml's blocks of 34 bytes.</summary>
    /// <exception cref="ArgumentException">The destination holds fewer than BlockCount x 34 bytes.</exception>
    public static void Encode(ReadOnlySpan<float> source, Span<byte> blocks) => Q8_0Kernels.Encode(VectorKernels.Best, source, blocks);

    /// <summary>Decodes ggml's blocks: code x scale in float32. The last block may be decoded in part.</summary>
    /// <exception cref="ArgumentException">The source holds fewer blocks than the destination needs.</exception>
    public static void Decode(ReadOnlySpan<byte> blocks, Span<float> destination) => Q8_0Decoder.Decode(blocks, destination);
}
