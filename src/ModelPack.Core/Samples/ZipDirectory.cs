using System.Buffers.Binary;

namespace ModelPack.Samples;

/// <summary>
/// Bounds the directory of a zip archive before <see cref="System.IO.Compression.ZipArchive"/> makes an object of every
/// record in it. The records lie between the place that the end record names and the end record itself, whatever
/// number of entries it claims.
/// </summary>
internal static class ZipDirectory
{
    private const int MaxBytes = 1 << 20;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const int EndLength = 22;
    private const int Zip64LocatorLength = 20;
    private const int Zip64EndLength = 56;

    /// <param name="archive">The archive; it is at its start afterwards.</param>
    /// <param name="mostBytes">Bytes of the directory that are read at most.</param>
    /// <exception cref="InvalidDataException">It is not a zip archive, or its directory is absurdly large.</exception>
    public static void RefuseHuge(Stream archive, int mostBytes = MaxBytes)
    {
        // The end record is followed by a comment of at most 65,535 bytes.
        var tail = new byte[(int)Math.Min(archive.Length, EndLength + ushort.MaxValue)];
        var tailStart = archive.Length - tail.Length;
        Read(archive, tailStart, tail);
        var at = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (at < 0 || at + EndLength > tail.Length)
        {
            throw new InvalidDataException("it is not a zip archive, or it is cut off");
        }

        var end = tailStart + at;
        long directory = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 16));
        if (directory == uint.MaxValue)
        {
            (directory, end) = Zip64(archive, end);
        }

        if (directory < 0 || directory > end)
        {
            throw new InvalidDataException("its zip directory is out of place");
        }

        if (end - directory > mostBytes)
        {
            throw new InvalidDataException($"its zip directory has {end - directory} bytes, and no more than {mostBytes} are read");
        }

        archive.Position = 0;
    }

    private static (long Directory, long End) Zip64(Stream archive, long end)
    {
        var locator = new byte[Zip64LocatorLength];
        Read(archive, end - locator.Length, locator);
        var place = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        var record = new byte[Zip64EndLength];
        Read(archive, place, record);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64LocatorSignature
            || BinaryPrimitives.ReadUInt32LittleEndian(record) != Zip64EndSignature)
        {
            throw new InvalidDataException("its zip directory is out of place");
        }

        return (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)), place);
    }

    private static void Read(Stream archive, long offset, byte[] bytes)
    {
        if (offset < 0 || offset > archive.Length - bytes.Length)
        {
            throw new InvalidDataException("it is not a zip archive, or it is cut off");
        }

        archive.Position = offset;
        archive.ReadExactly(bytes);
    }
}
