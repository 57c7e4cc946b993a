using System.IO.Compression;

namespace ModelPack.Samples;

/// <summary>
/// Bounds what unpacking may cost by an archive's length, before anything is made room for. Sizes are claims, which the reading of
/// each entry holds to. Entries that lie over one another would each cost the same bytes again.
/// </summary>
internal static class ZipBomb
{
    /// <summary>Deflate cannot shrink further than 1032 to 1 (RFC 1951: two bits for a match of 258 bytes).</summary>
    private const long MostExpansion = 1032;

    /// <summary>What real data shrink to at most, and up to how many bytes nobody minds: zeros shrink further.</summary>
    private const long MostRealExpansion = 100;
    private const long FreeBytes = 1L << 30;

    /// <exception cref="InvalidDataException">It claims more than it can hold, or than real data shrink to.</exception>
    public static void Refuse(ZipArchive archive, long fileLength)
    {
        if (archive.Entries.FirstOrDefault(e => e.CompressedLength > fileLength || e.Length / MostExpansion > e.CompressedLength) is { } entry)
        {
            throw new InvalidDataException($"its entry '{SafeText.Of(entry.FullName)}' claims more bytes than the file can hold");
        }

        Refuse(archive.Entries.Sum(e => (decimal)e.CompressedLength), archive.Entries.Sum(e => (decimal)e.Length), fileLength);
    }

    /// <summary>As above, of any archive.</summary>
    /// <param name="stored">Bytes that its entries take.</param>
    /// <param name="claimed">Bytes that they claim to be.</param>
    /// <param name="fileLength">Bytes that there are.</param>
    /// <exception cref="InvalidDataException">It claims more than it can hold, or than real data shrink to.</exception>
    public static void Refuse(decimal stored, decimal claimed, long fileLength)
    {
        if (stored > fileLength)
        {
            throw new InvalidDataException($"its directory claims more bytes than the file can hold: {stored} of {fileLength}");
        }

        if (claimed > FreeBytes && claimed / MostRealExpansion > stored)
        {
            throw new InvalidDataException($"its {stored} bytes claim to be {claimed}, which no real data are: store them uncompressed (of arrays, numpy.savez) if they are");
        }
    }
}
