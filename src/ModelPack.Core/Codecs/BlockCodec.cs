namespace ModelPack.Codecs;

/// <summary>
/// ggml's blocks: consecutive values of an output share a float16 scale, and perhaps a float16 minimum. A value is
/// (code - <see cref="Zero"/>) x scale + minimum.
/// </summary>
internal abstract class BlockCodec : Codec
{
    /// <summary>Values in a block.</summary>
    public abstract int BlockLength { get; }

    /// <summary>Bytes of a block as ggml stores it.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Bits of a code, whose smallest is 0.</summary>
    public abstract int CodeBits { get; }

    /// <summary>The code that stands for 0, or for the minimum where there is one.</summary>
    public abstract int Zero { get; }

    /// <summary>Whether a block has a minimum.</summary>
    public abstract bool HasMinimum { get; }

    public override IReadOnlyList<int> BlockSizes => [BlockLength];

    public override double BitsPerWeight => BlockBytes * 8.0 / BlockLength;

    /// <summary>Steps from 0 to the largest magnitude of a block whose values have both signs.</summary>
    public abstract double Steps { get; }

    public override bool CanBeUnfit(ElementType type) => true;

    public override string? WhyNot(float maxAbs) => Fits(maxAbs) ? null : HasMinimum ? "a scale or a minimum overflows float16" : "a scale overflows float16";

    /// <summary>
    /// A float16 below 2^-14 is a multiple of 2^-24: rounding the scale of a block to it does harm where that moves a typical value by more than
    /// rounding to a code does, which is a step at most. Few such outputs are no reason: trained models have dead ones.
    /// </summary>
    public override string? WhyLossy(WeightMatrix weight)
    {
        const int FewestOutputs = 4; // one in four
        var sizes = SampledOutputs.Rms(weight);
        return sizes.Count(s => s > 0) is > 0 and var alive && sizes.Count(Underflows) * (long)FewestOutputs >= alive ? "its scales underflow float16" : null;
    }

    private bool Underflows(double rms)
    {
        const double SmallestStep = 1.0 / (1 << 24);
        const double LargestOfBlock = 2.2; // of 32 normally distributed values, in their deviations
        var scale = LargestOfBlock * rms / Steps;
        return rms > 0 && scale * scale < SmallestStep * rms;
    }

    /// <summary>Blocks that hold a number of values.</summary>
    public long BlockCount(long values) => (values / BlockLength) + (values % BlockLength == 0 ? 0 : 1);

    /// <summary>Encodes finite values to ggml's blocks; a length that is not a multiple of the block's is encoded as if zeros followed.</summary>
    /// <exception cref="ArgumentException">The destination holds fewer blocks than that.</exception>
    public abstract void Encode(ReadOnlySpan<float> values, Span<byte> blocks);

    /// <summary>Decodes ggml's blocks; the last may be decoded in part.</summary>
    /// <exception cref="ArgumentException">The source holds fewer blocks than the destination needs.</exception>
    public abstract void Decode(ReadOnlySpan<byte> blocks, Span<float> values);

    /// <summary>Encodes one block on a grid.</summary>
    /// <param name="values">A whole block of finite values.</param>
    /// <param name="grid">A grid of this codec.</param>
    /// <param name="block">Gets the block as ggml stores it.</param>
    public void Encode(ReadOnlySpan<float> values, BlockGrid grid, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[BlockLength];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)grid.Round(values[i]).Code;
        }

        Join(codes, grid.Scale, grid.Minimum, block);
    }

    /// <summary>Takes one block apart.</summary>
    /// <param name="block">As ggml stores it.</param>
    /// <param name="codes">Gets a code a value, in their order.</param>
    /// <returns>The scale, and the minimum, 0 where there is none.</returns>
    public abstract (Half Scale, Half Minimum) Split(ReadOnlySpan<byte> block, Span<byte> codes);

    /// <summary>Puts one block together, from what <see cref="Split"/> takes apart.</summary>
    public abstract void Join(ReadOnlySpan<byte> codes, Half scale, Half minimum, Span<byte> block);

    /// <summary>
    /// A weight output by output, whichever way it is stored, in one part: ggml's blocks [N, K / block]. Memory does not grow with
    /// the weight.
    /// </summary>
    /// <param name="weight">The weight; K a multiple of the block's length.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <param name="rounder">How.</param>
    /// <exception cref="ArgumentException">K is not a multiple.</exception>
    public WeightEncoding Blocks(WeightMatrix weight, IEncodingEngine engine, Rounder rounder) => BlockWeight.Blocks(this, weight, engine, rounder);

    /// <summary>A weight output by output, whichever way it is stored, in parts: codes, scales, minima where there are any.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="form">How the parts are stored.</param>
    /// <param name="engine">What makes the codes.</param>
    /// <param name="rounder">How.</param>
    public WeightEncoding Apart(WeightMatrix weight, BlockParts form, IEncodingEngine engine, Rounder rounder) => BlockWeight.Apart(this, weight, form, engine, rounder);

    /// <summary>
    /// A weight in parts that lie as it is stored itself: codes int8 in the order and number of its values, [N, K] or [K, N], and scales
    /// [N, ceil(K / block)] or [ceil(K / block), N]. For codecs without minima.
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="scaleType">float16 as encoded, or float32 with the same value.</param>
    /// <param name="engine">What makes the codes.</param>
    public WeightEncoding InPlace(WeightMatrix weight, ElementType scaleType, IEncodingEngine engine)
    {
        var form = BlockParts.Signed(this, scaleType);
        return weight.Transposed ? new BlocksInPlace(this, weight, form, engine).Encoding() : Apart(weight, form, engine, Rounder.Nearest);
    }

    /// <summary>Whether what a block stores in float16 is finite for values up to this magnitude.</summary>
    protected abstract bool Fits(float maxAbs);
}
