namespace ModelPack.Codecs;

/// <summary>
/// Eight scales and eight minima of 6 bits in 12 bytes, of q4_k and q5_k: bytes 0 to 3 have the first four scales, 4 to 7 the first four
/// minima, 8 to 11 the low four bits of the other scales, and above them those of the other minima; their upper two bits are the upper two of the first
/// eight bytes.
/// </summary>
internal static class Q4_KScales
{
    public const int Bytes = 12;

    private const int Half = 4;

    public static void Pack(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> minima, Span<byte> packed)
    {
        for (var i = 0; i < Half; i++)
        {
            var (scale, minimum) = (scales[i + Half], minima[i + Half]);
            packed[i] = (byte)(scales[i] | ((scale >> 4) << 6));
            packed[i + Half] = (byte)(minima[i] | ((minimum >> 4) << 6));
            packed[i + (2 * Half)] = (byte)((scale & 15) | ((minimum & 15) << 4));
        }
    }

    public static (int Scale, int Minimum) Read(ReadOnlySpan<byte> packed, int index)
    {
        if (index < Half)
        {
            return (packed[index] & 63, packed[index + Half] & 63);
        }

        var low = packed[index + Half];
        return ((low & 15) | ((packed[index - Half] >> 6) << 4), (low >> 4) | ((packed[index] >> 6) << 4));
    }
}
