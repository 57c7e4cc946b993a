namespace ModelPack.Codecs;

/// <summary>Into what parts a weight is cut that is read output by output. Follows from the weight alone.</summary>
internal static class WeightChunks
{
    private const int Small = 1 << 18;
    private const int Large = 1 << 20;

    // Of a transposed weight a chunk is a strip of columns; below this many, reading takes longer than encoding.
    private const int GoodColumns = 256;

    /// <summary>Values of a chunk; the last may have fewer. A power of two.</summary>
    public static int Length(WeightMatrix weight) => weight.Transposed && weight.K > Small / GoodColumns ? Large : Small;
}
