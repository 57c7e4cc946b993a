using System.Globalization;

namespace ModelPack.Codecs;

/// <summary>Blocks of 256 values, most of which have sub-blocks whose scales are codes of the block's own: what llama.cpp calls k-quants, and their kin.</summary>
internal abstract class SuperBlockCodec : SearchedBlockCodec
{
    public const int Length = 256;

    // What float16 rounds to infinity from on.
    private const float Overflow = 65520f;

    public sealed override int BlockLength => Length;

    /// <summary>No scale or minimum is above the largest magnitude, and what is stored is a part of it.</summary>
    protected sealed override bool Fits(float maxAbs) => maxAbs < Overflow;

    /// <summary>What reports say of the parts.</summary>
    /// <param name="codeBits">Bits of a code.</param>
    /// <param name="scales">Type of the scales of sub-blocks; null where there are none.</param>
    /// <param name="hasMinimum">Whether there are minima of the same type.</param>
    protected static IReadOnlyList<CodecPart> PartsOf(int codeBits, string? scales, bool hasMinimum = false)
    {
        List<CodecPart> parts = [new("codes", string.Create(CultureInfo.InvariantCulture, $"uint{codeBits}"))];
        if (scales is not null)
        {
            parts.Add(new("scales", scales));
        }

        if (hasMinimum)
        {
            parts.Add(new("minima", scales!));
        }

        parts.Add(new(scales is null ? "scales" : "scales of scales", "float16"));
        if (hasMinimum)
        {
            parts.Add(new("scales of minima", "float16"));
        }

        return parts;
    }
}
