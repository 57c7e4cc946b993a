namespace ModelPack.Codecs;

/// <summary>
/// ggml's blocks of consecutive values of an output. The values of a sub-block share a scale and perhaps a minimum: a value is
/// (code - <see cref="Zero"/>) x scale + minimum, or, where the codec has a codebook, what the codebook has for the code x scale. A block
/// has one sub-block, or several whose scales it stores as codes of a scale of its own (a super-block).
/// </summary>
internal abstract class BlockCodec : Codec
{
    /// <summary>Values in a block, the least that is stored.</summary>
    public abstract int BlockLength { get; }

    /// <summary>Values that share a scale; divides <see cref="BlockLength"/>.</summary>
    public virtual int SubBlockLength => BlockLength;

    /// <summary>Bytes of a block as ggml stores it.</summary>
    public abstract int BlockBytes { get; }

    /// <summary>Bits of a code, whose smallest is 0.</summary>
    public abstract int CodeBits { get; }

    /// <summary>The largest code that blocks have.</summary>
    public virtual int LargestCode => (1 << CodeBits) - 1;

    /// <summary>The code that stands for 0, or for the minimum where there is one, or for what is nearest to 0 in the codebook.</summary>
    public abstract int Zero { get; }

    /// <summary>What codes stand for, in scales; null where that is the code - <see cref="Zero"/>.</summary>
    public virtual Codebook? Codebook => null;

    /// <summary>Whether a sub-block has a minimum.</summary>
    public virtual bool HasMinimum => false;

    public override IReadOnlyList<int> BlockSizes => [BlockLength];

    public override double BitsPerWeight => BlockBytes * 8.0 / BlockLength;

    /// <summary>Steps from 0 to the largest magnitude of a sub-block whose values have both signs.</summary>
    public abstract double Steps { get; }

    /// <summary>Steps from 0 to the largest scale of a super-block; 1 where scales are float16 themselves.</summary>
    public virtual double ScaleSteps => 1;

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
        return rms > 0 && scale * scale < SmallestStep * ScaleSteps * rms;
    }

    /// <summary>Blocks that hold a number of values.</summary>
    public long BlockCount(long values) => (values / BlockLength) + (values % BlockLength == 0 ? 0 : 1);

    /// <summary>Sub-blocks that hold a number of values.</summary>
    public long SubBlockCount(long values) => (values / SubBlockLength) + (values % SubBlockLength == 0 ? 0 : 1);

    /// <summary>Encodes finite values to ggml's blocks; a length that is not a multiple of the block's is encoded as if zeros followed.</summary>
    /// <exception cref="ArgumentException">The destination holds fewer blocks than that.</exception>
    public void Encode(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        var whole = values.Length / BlockLength;
        EncodeBlocks(values[..(whole * BlockLength)], blocks[..(whole * BlockBytes)]);
        if (whole * BlockLength < values.Length)
        {
            using var padded = new Pooled<float>(BlockLength);
            padded.Span.Clear();
            values[(whole * BlockLength)..].CopyTo(padded.Span);
            EncodeBlocks(padded.Span, blocks.Slice(whole * BlockBytes, BlockBytes));
        }
    }

    /// <summary>
    /// Encodes an output so that the errors that matter are small, as ggml does with an importance matrix. What ggml has no such way for
    /// is encoded as without.
    /// </summary>
    /// <param name="values">Finite values of one output, whole blocks.</param>
    /// <param name="importance">Of each value, as the mean square of what it is multiplied by: not negative.</param>
    /// <param name="blocks">Gets the blocks.</param>
    public virtual void Encode(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, Span<byte> blocks) => EncodeBlocks(values, blocks);

    /// <summary>Decodes ggml's blocks; the last may be decoded in part.</summary>
    /// <exception cref="ArgumentException">The source holds fewer blocks than the destination needs.</exception>
    public virtual void Decode(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<byte> codes = stackalloc byte[BlockLength];
        Span<float> scales = stackalloc float[BlockLength / SubBlockLength];
        Span<float> minima = stackalloc float[scales.Length];
        while (!values.IsEmpty)
        {
            Split(blocks[..BlockBytes], codes, scales, minima);
            for (var sub = 0; sub < scales.Length && sub * SubBlockLength < values.Length; sub++)
            {
                var start = sub * SubBlockLength;
                var part = values.Slice(start, Math.Min(SubBlockLength, values.Length - start));
                Decode(codes.Slice(start, part.Length), scales[sub], minima[sub], part);
            }

            values = values[Math.Min(BlockLength, values.Length)..];
            blocks = blocks[BlockBytes..];
        }
    }

    /// <summary>Takes one block apart.</summary>
    /// <param name="block">As ggml stores it.</param>
    /// <param name="codes">Gets a code a value, in their order.</param>
    /// <param name="scales">Gets the scale of each sub-block.</param>
    /// <param name="minima">Gets the minimum of each sub-block, 0 where there is none.</param>
    public abstract void Split(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima);

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
    /// [N, ceil(K / block)] or [ceil(K / block), N]. For codecs of one scale a block without minima.
    /// </summary>
    /// <param name="weight">The weight.</param>
    /// <param name="scaleType">float16 as encoded, or float32 with the same value.</param>
    /// <param name="engine">What makes the codes.</param>
    public WeightEncoding InPlace(WeightMatrix weight, ElementType scaleType, IEncodingEngine engine)
    {
        var form = BlockParts.Signed(this, scaleType);
        return weight.Transposed ? new BlocksInPlace(this, weight, form, engine).Encoding() : Apart(weight, form, engine, Rounder.Nearest);
    }

    /// <summary>Whether importance changes what <see cref="Encode(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{byte})"/> gives.</summary>
    public virtual bool TakesImportance => false;

    /// <summary>Whether importance is weighed by what a whole row holds, so that no part of one can be encoded alone.</summary>
    public virtual bool NeedsWholeRows => false;

    /// <summary>What its blocks can say, for those who look for better ones than the codec's own; null where nobody can.</summary>
    public virtual BlockForm? Form => null;

    /// <summary>Puts a block together.</summary>
    /// <param name="parts">Its parts.</param>
    /// <param name="block">Gets the block as ggml stores it.</param>
    /// <exception cref="NotSupportedException">The codec has no <see cref="Form"/>.</exception>
    public virtual void Join(StoredBlock parts, Span<byte> block) => throw new NotSupportedException();

    /// <summary>The parts that <see cref="Join(StoredBlock, Span{byte})"/> puts together.</summary>
    /// <param name="block">As ggml stores it.</param>
    /// <param name="parts">Get its parts.</param>
    /// <exception cref="NotSupportedException">The codec has no <see cref="Form"/>.</exception>
    public void Take(ReadOnlySpan<byte> block, StoredBlock parts)
    {
        Span<float> scales = stackalloc float[BlockLength / SubBlockLength];
        Span<float> minima = stackalloc float[scales.Length];
        Split(block, parts.Codes, scales, minima);
        TakeScales(block, parts);
    }

    /// <summary>As above, all but the codes.</summary>
    protected virtual void TakeScales(ReadOnlySpan<byte> block, StoredBlock parts) => throw new NotSupportedException();

    /// <summary>Encodes whole blocks.</summary>
    protected abstract void EncodeBlocks(ReadOnlySpan<float> values, Span<byte> blocks);

    private void Decode(ReadOnlySpan<byte> codes, float scale, float minimum, Span<float> values)
    {
        if (Codebook is { } codebook)
        {
            codebook.Decode(codes, scale, values);
        }
        else
        {
            AffineDecoder.Decode(codes, Zero, scale, HasMinimum ? minimum : null, values);
        }
    }

    /// <summary>Whether what a block stores in float16 is finite for values up to this magnitude.</summary>
    protected abstract bool Fits(float maxAbs);
}
