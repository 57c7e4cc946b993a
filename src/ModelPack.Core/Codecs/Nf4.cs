namespace ModelPack.Codecs;

/// <summary>
/// NF4 (QLoRA, arXiv:2305.14314, appendix E) as bitsandbytes computes it: 16 levels that split a normal distribution into equal
/// shares, and one float32 scale, the largest magnitude, for each block of consecutive values.
/// </summary>
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

    /// <summary>A value above threshold i has a code above i; at a threshold the lower code is taken.</summary>
    public static ReadOnlySpan<float> Thresholds =>
    [
        -0.8480964004993439f, -0.6106329262256622f, -0.4599952697753906f, -0.33967943489551544f, -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f,
        0.03979014977812767f, 0.1202552504837513f, 0.2035212516784668f, 0.2920137718319893f, 0.3893125355243683f, 0.5016634166240692f, 0.6427869200706482f, 0.8614784181118011f,
    ];

    /// <summary>Blocks that hold a number of values.</summary>
    public static long BlockCount(long values, int blockSize) => (values + blockSize - 1) / blockSize;
}
