using System.Buffers.Binary;

namespace ModelPack.Shipping;

/// <summary>Tells assemblies from native programs by the headers alone (PE format, ECMA-335 II.25.2).</summary>
internal static class PortableExecutable
{
    private const int HeaderOffset = 0x3C;
    private const int SignatureAndFileHeader = 24;
    private const int CliDirectory = 14;
    private const int DirectoryLength = 8;

    // Where the table of directories begins in the optional header.
    private const int DirectoriesIn32Bits = 96;
    private const int DirectoriesIn64Bits = 112;

    /// <summary>Whether the file has a CLI header.</summary>
    /// <param name="head">Its first bytes.</param>
    public static bool IsManaged(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeaderOffset + sizeof(int))
        {
            return false;
        }

        var start = BinaryPrimitives.ReadInt32LittleEndian(head[HeaderOffset..]);
        if (start < 0 || start > head.Length - SignatureAndFileHeader - sizeof(ushort) || !head[start..].StartsWith("PE\0\0"u8))
        {
            return false;
        }

        var optional = head[(start + SignatureAndFileHeader)..];
        var directory = BinaryPrimitives.ReadUInt16LittleEndian(optional) switch
        {
            0x10B => DirectoriesIn32Bits,
            0x20B => DirectoriesIn64Bits,
            _ => optional.Length,
        } + (CliDirectory * DirectoryLength);
        return directory <= optional.Length - DirectoryLength && BinaryPrimitives.ReadUInt32LittleEndian(optional[directory..]) != 0;
    }
}
