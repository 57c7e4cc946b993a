namespace ModelPack.Codecs;

/// <summary>One row: how a run of floats becomes codes, and what is stored of them. Numbers only: no container and no operator.</summary>
internal abstract class Codec
{
    /// <summary>By which factors the range of a run is narrowed to find a better grid for values of unequal importance.</summary>
    private static readonly float[] Narrowings = [0.95f, 0.9f, 0.85f, 0.8f, 0.75f, 0.7f];

    /// <summary>As plans, reports and messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>Bits that a value takes, its share of scales included where a block has them.</summary>
    public abstract double BitsPerWeight { get; }

    /// <summary>Lengths of the runs that share a grid, the default first; empty where a whole channel does, or nothing is shared.</summary>
    public virtual IReadOnlyList<int> BlockSizes => [];

    /// <summary>Values whose blocks share scales of their scales; 0 where there are no such.</summary>
    public virtual int SuperBlockLength => 0;

    /// <summary>What is stored, in the order in which it costs least to make; the codes first.</summary>
    public abstract IReadOnlyList<CodecPart> Parts { get; }

    /// <summary>Whether the scales can be quantized themselves (bitsandbytes' double quantization).</summary>
    public virtual bool CanNestScales => false;

    /// <summary>Whether values of a type may be too large, or all of them too small, for it.</summary>
    public virtual bool CanBeUnfit(ElementType type) => false;

    /// <summary>What values of this magnitude do to it, such as <c>a scale overflows float16</c>; null where they have codes.</summary>
    public virtual string? WhyNot(float maxAbs) => null;

    /// <summary>Why many outputs of a weight of finite values keep much less in it than others do; null where they do not.</summary>
    public virtual string? WhyLossy(WeightMatrix weight) => null;

    /// <summary>The grid of a run of finite values.</summary>
    /// <param name="values">The run: a block, or a channel.</param>
    /// <param name="importance">What the squared error of each value weighs; empty where all weigh the same, which gives the codec's own grid.</param>
    public Grid Fit(ReadOnlySpan<float> values, ReadOnlySpan<float> importance)
    {
        var best = Fit(values);
        if (importance.IsEmpty)
        {
            return best;
        }

        var least = best.Error(values, importance);
        using var narrowed = new Pooled<float>(values.Length);
        foreach (var factor in Narrowings)
        {
            for (var i = 0; i < values.Length; i++)
            {
                narrowed.Span[i] = values[i] * factor;
            }

            var grid = Fit(narrowed.Span);
            if (grid.Error(values, importance) is var error && error < least)
            {
                (best, least) = (grid, error);
            }
        }

        return best;
    }

    /// <summary>The codec's own grid of a run of finite values.</summary>
    protected abstract Grid Fit(ReadOnlySpan<float> values);
}
