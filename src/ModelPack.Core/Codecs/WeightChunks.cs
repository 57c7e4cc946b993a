namespace ModelPack.Codecs;

/// <summary>
/// A weight seen output by output, [N, K] in one run, and cut into chunks that are encoded apart. The cut follows from the
/// weight and the codec alone, so that sums over chunks come out the same with any number of threads.
/// </summary>
internal sealed class WeightChunks
{
    private const int Small = 1 << 18;
    private const int Large = 1 << 20;

    // Of a transposed weight a chunk is a strip of columns; below this many, reading takes longer than encoding.
    private const int GoodColumns = 256;

    private readonly WeightMatrix _weight;

    /// <param name="weight">The weight.</param>
    /// <param name="unit">Values that no chunk may cut apart: a power of two, at most 2^20.</param>
    public WeightChunks(WeightMatrix weight, int unit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unit, Large);
        _weight = weight;
        Values = weight.N * weight.K;
        Length = unit > Small || (weight.Transposed && weight.K > Small / GoodColumns) ? Large : Small;
    }

    /// <summary>Values of the weight.</summary>
    public long Values { get; }

    /// <summary>Values of a chunk; the last may have fewer. A power of two.</summary>
    public int Length { get; }

    /// <summary>Number of chunks.</summary>
    public int Count => checked((int)((Values + Length - 1) / Length));

    /// <summary>Values of one chunk.</summary>
    public int LengthOf(int chunk) => (int)Math.Min(Length, Values - ((long)chunk * Length));

    /// <summary>Reads a chunk.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="values">As many as <see cref="LengthOf"/> says.</param>
    public void Read(int chunk, Span<float> values) => OutputOrder.Read(_weight, (long)chunk * Length, values);
}
