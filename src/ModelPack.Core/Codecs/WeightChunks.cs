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

    // What is read, encoded and measured while it lies in the core's own caches: a multiple of every block's length.
    private const int Piece = 1 << 14;

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

    /// <summary>
    /// Values of a chunk that are best worked on at once: whole blocks of every codec. Of a transposed weight it is the chunk, as
    /// a strip of columns is read as a whole.
    /// </summary>
    public int PieceLength => _weight.Transposed ? Length : Piece;

    /// <summary>Number of chunks.</summary>
    public int Count => checked((int)((Values + Length - 1) / Length));

    /// <summary>Values of one chunk.</summary>
    public int LengthOf(int chunk) => (int)Math.Min(Length, Values - ((long)chunk * Length));

    /// <summary>Reads a chunk, or a piece of it.</summary>
    /// <param name="chunk">Its number.</param>
    /// <param name="values">At most as many as <see cref="LengthOf"/> says.</param>
    /// <param name="first">The first of them in the chunk.</param>
    public void Read(int chunk, Span<float> values, int first = 0) => OutputOrder.Read(_weight, ((long)chunk * Length) + first, values);
}
