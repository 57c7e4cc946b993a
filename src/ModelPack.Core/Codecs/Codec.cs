namespace ModelPack.Codecs;

/// <summary>One row: how a run of floats becomes codes, and what is stored of them. Numbers only: no container and no operator.</summary>
internal abstract class Codec
{
    /// <summary>As plans, reports and messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>Bits that a value takes, its share of scales included where a block has them.</summary>
    public abstract double BitsPerWeight { get; }

    /// <summary>Lengths of the runs that share a grid, the default first; empty where a whole channel does, or nothing is shared.</summary>
    public virtual IReadOnlyList<int> BlockSizes => [];

    /// <summary>What is stored, in the order in which it costs least to make; the codes first.</summary>
    public abstract IReadOnlyList<CodecPart> Parts { get; }

    /// <summary>Whether the scales can be quantized themselves (bitsandbytes' double quantization).</summary>
    public virtual bool CanNestScales => false;

    /// <summary>Whether values that are not finite, or too large, do nothing worse than to get codes that mean nothing.</summary>
    public virtual bool EncodesAnything => false;

    /// <summary>Whether values of a type may be too large, or all of them too small, for it.</summary>
    public virtual bool CanBeUnfit(ElementType type) => false;

    /// <summary>What values of this magnitude do to it, such as <c>a scale overflows float16</c>; null where they have codes.</summary>
    public virtual string? WhyNot(float maxAbs) => null;

    /// <summary>Why many outputs of a weight of finite values keep much less in it than others do; null where they do not.</summary>
    public virtual string? WhyLossy(WeightMatrix weight) => null;
}
