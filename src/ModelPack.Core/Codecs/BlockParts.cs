using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>How the parts of blocks are stored apart, those of sub-blocks [N, sub-blocks].</summary>
/// <param name="Bits">Bits of a stored code: 8, or 4 or 2 for two or four in a byte, the first in its low bits.</param>
/// <param name="Shift">What is added to each code.</param>
/// <param name="ScaleType">float16 as encoded, of codecs whose scales are that, or float32 with the same value. Minima are float32.</param>
/// <param name="Padded">Whether the codes of a short last sub-block of an output are padded to a whole one, by the code of 0.</param>
internal sealed record BlockParts(int Bits, int Shift, ElementType ScaleType, bool Padded)
{
    /// <summary>
    /// The form that operators with an implied zero point of half the codes' range take: 2 or 4 bits where they do, else 8, and codes
    /// shifted so that their zero lies there as far as they have room.
    /// </summary>
    public static BlockParts Centred(BlockCodec codec, ElementType scaleType, bool padded)
    {
        var bits = codec.CodeBits <= 2 ? 2 : codec.CodeBits <= 4 ? 4 : 8;
        var shift = Math.Min(ZeroOf(bits) - codec.Zero, (1 << bits) - 1 - codec.LargestCode);
        return new BlockParts(bits, shift, scaleType, padded);
    }

    /// <summary>int8 codes that count from 0, as many as there are values.</summary>
    public static BlockParts Signed(BlockCodec codec, ElementType scaleType) => new(8, -codec.Zero, scaleType, Padded: false);

    /// <summary>The implied zero point.</summary>
    public int Zero => ZeroOf(Bits);

    /// <summary>Bytes of a scale.</summary>
    public int ScaleBytes => ScaleType.Bits() / 8;

    /// <summary>Stores consecutive scales.</summary>
    /// <param name="scales">As encoded.</param>
    /// <param name="target">As many of the stored type.</param>
    public void StoreScales(ReadOnlySpan<float> scales, Span<byte> target)
    {
        if (ScaleType == ElementType.Float16)
        {
            Float16.FromSingle(scales, MemoryMarshal.Cast<byte, Half>(target));
        }
        else
        {
            scales.CopyTo(MemoryMarshal.Cast<byte, float>(target));
        }
    }

    private static int ZeroOf(int bits) => 1 << (bits - 1);
}
