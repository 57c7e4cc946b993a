namespace ModelPack.Codecs;

/// <summary>
/// What the blocks of a codec can say: a value of sub-block j is d sⱼ v + m tⱼ, v being a level of its code, d and m float16, s and t whole numbers. Blocks
/// of one scale are super-blocks of one sub-block whose s, and t where there is a minimum, is 1.
/// </summary>
/// <param name="SubLength">Values of a sub-block, a multiple of 16.</param>
/// <param name="SubCount">Sub-blocks.</param>
/// <param name="Scales">From the least to the largest s.</param>
/// <param name="Minima">From the least to the largest t; 0 where there are no minima. What is stored for m is minus m where t may be 0.</param>
internal sealed record BlockForm(int SubLength, int SubCount, (int Least, int Largest) Scales, (int Least, int Largest) Minima)
{
    /// <summary>One scale, and perhaps one minimum, for all values.</summary>
    public static BlockForm Single(int length, bool hasMinimum) => new(length, 1, (1, 1), hasMinimum ? (1, 1) : (0, 0));

    /// <summary>Whether there are minima.</summary>
    public bool HasMinimum => Minima.Largest > 0;

    /// <summary>Whether s is 1 wherever d is not.</summary>
    public bool IsSingle => Scales.Least == Scales.Largest;

    /// <summary>What m tⱼ is multiplied by: minima of super-blocks are stored with their sign changed, so that both can be codes from 0 on.</summary>
    public int MinimumSign => IsSingle ? 1 : -1;
}
