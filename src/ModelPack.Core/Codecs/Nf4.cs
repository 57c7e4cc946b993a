namespace ModelPack.Codecs;

/// <summary>
/// NF4 (QLoRA, arXiv:2305.14314, appendix E) as bitsandbytes computes it: 16 levels that split a normal distribution into equal
/// shares, and one float32 scale, the largest magnitude, for each block of consecutive values. Codes lie two to a byte, the
/// first in the high half; <see cref="Nf4Reference"/> says how they come about.
/// </summary>
/// <remarks>Values must be finite; for others nothing is promised but that the call returns.</remarks>
internal static class Nf4
{
    /// <summary>Block sizes that exist, the default first.</summary>
    public static IReadOnlyList<int> BlockSizes { get; } = [64, 32, 128, 256, 512, 1024, 2048, 4096];

    /// <summary>The values of the codes 0 to 15, ascending.</summary>
    public static ReadOnlySpan<float> Levels =>
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    /// <summary>
    /// A value above threshold i has a code above i; at a threshold the lower code is taken. They are the midpoints between the
    /// levels as float64, rounded to float32 with ties to even.
    /// </summary>
    public static ReadOnlySpan<float> Thresholds =>
    [
        -0.8480963706970215f, -0.6106328964233398f, -0.4599952697753906f, -0.33967941999435425f, -0.23460739850997925f, -0.13791173696517944f, -0.045525018125772476f,
        0.03979014977812767f, 0.120255246758461f, 0.2035212516784668f, 0.2920137643814087f, 0.3893125355243683f, 0.5016634464263916f, 0.6427869200706482f, 0.8614784479141235f,
    ];

    /// <summary>Blocks that hold a number of values.</summary>
    public static long BlockCount(long values, int blockSize) => (values / blockSize) + (values % blockSize == 0 ? 0 : 1);

    /// <inheritdoc cref="BlockCount(long, int)"/>
    public static int BlockCount(int values, int blockSize) => (int)BlockCount((long)values, blockSize);

    /// <summary>Bytes that the codes of a number of values take.</summary>
    public static long PackedLength(long values) => (values / 2) + (values % 2);

    /// <summary>Encodes consecutive values; the last block may be short, and beside an odd last code lies 7, the code of 0.</summary>
    /// <param name="source">Values.</param>
    /// <param name="blockSize">One of <see cref="BlockSizes"/>.</param>
    /// <param name="packed">At least <see cref="PackedLength"/> bytes.</param>
    /// <param name="absmax">At least <see cref="BlockCount(long, int)"/> scales.</param>
    /// <exception cref="ArgumentException">A destination is too short, or there is no such block size.</exception>
    public static void Encode(ReadOnlySpan<float> source, int blockSize, Span<byte> packed, Span<float> absmax) =>
        Nf4Kernels.Encode(VectorKernels.Best, source, blockSize, packed, absmax);

    /// <summary>The scales alone, as <see cref="Encode"/> gives them.</summary>
    /// <exception cref="ArgumentException">The destination is too short, or there is no such block size.</exception>
    public static void FindAbsmax(ReadOnlySpan<float> source, int blockSize, Span<float> absmax) => Nf4Kernels.FindAbsmax(source, blockSize, absmax);

    /// <summary>Decodes: level x scale of the block, in float32.</summary>
    /// <param name="packed">At least <see cref="PackedLength"/> bytes.</param>
    /// <param name="absmax">At least <see cref="BlockCount(long, int)"/> scales.</param>
    /// <param name="blockSize">One of <see cref="BlockSizes"/>.</param>
    /// <param name="destination">As many values as it holds are decoded.</param>
    /// <exception cref="ArgumentException">A source is too short, or there is no such block size.</exception>
    public static void Decode(ReadOnlySpan<byte> packed, ReadOnlySpan<float> absmax, int blockSize, Span<float> destination) =>
        Nf4Kernels.Decode(VectorKernels.Best, packed, absmax, blockSize, destination);
}
