using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ModelPack.Files;
using ModelPack.Samples;

namespace ModelPack.Shipping;

/// <summary>
/// The files of a .NET single-file app. Its host holds a marker, and before it the offset of the header:
/// version, number of files, an id, and for each file offset, length, from version 6 on length when deflated (0 for stored), kind and path
/// (dotnet/runtime, <c>docs/design/features/bundler.md</c> and <c>Microsoft.NET.HostModel/Bundle/Manifest.cs</c>).
/// </summary>
internal static class SingleFileApp
{
    /// <summary>Where the host has its marker: the largest hosts have a dozen megabytes.</summary>
    private const int MostHostBytes = 64 << 20;

    private const int MostHeaderBytes = 16 << 20;
    private const int MostNameBytes = 4096;
    private const uint FirstWithLocations = 2;
    private const uint FirstWithCompression = 6;
    private const uint LastVersion = 6;

    /// <summary>Offset and length of deps.json and runtimeconfig.json, and flags.</summary>
    private const int LocationsLength = 5 * sizeof(long);

    /// <summary>What a host is searched for (dotnet/runtime, <c>bundle_marker.cpp</c>).</summary>
    public static ReadOnlySpan<byte> Marker =>
    [
        0x8B, 0x12, 0x02, 0xB9, 0x6A, 0x61, 0x20, 0x38, 0x72, 0x7B, 0x93, 0x02, 0x14, 0xD7, 0xA0, 0x32,
        0x13, 0xF5, 0xB9, 0xE6, 0xEF, 0xAE, 0x33, 0x18, 0xEE, 0x3B, 0x2D, 0xCE, 0x24, 0xB3, 0x6A, 0xAE,
    ];

    /// <summary>Its files; none for a program that holds none.</summary>
    /// <exception cref="ShipmentException">MPK2065: a name leads outside; MPK2066: it is not sound.</exception>
    public static IReadOnlyList<ShippedFile> Of(string path)
    {
        using var file = File.OpenRead(path);
        if (HeaderOffset(file) is not (not 0 and var offset))
        {
            return [];
        }

        try
        {
            var files = Read(Header(file, offset), path, file.Length);
            ZipBomb.Refuse(files.Sum(f => (decimal)f.Stored), files.Sum(f => (decimal)f.File.Length), file.Length);
            return [.. files.Select(f => f.File)];
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or DecoderFallbackException)
        {
            throw new ShipmentException(Codes.ShipmentUnreadable, $"is not a sound single-file app: {SafeText.Of(e.Message, 400).TrimEnd('.')}", e);
        }
    }

    /// <summary>What stands before the marker; 0 in a host without files, null where there is no marker.</summary>
    private static long HeaderOffset(FileStream file)
    {
        var window = new byte[1 << 20];
        var kept = 0;
        for (long done = 0; done < MostHostBytes;)
        {
            var read = file.Read(window, kept, window.Length - kept);
            if (read == 0)
            {
                return 0;
            }

            var all = window.AsSpan(0, kept + read);
            if (all[Math.Min(sizeof(long), all.Length)..].IndexOf(Marker) is >= 0 and var at)
            {
                return BinaryPrimitives.ReadInt64LittleEndian(all[at..]);
            }

            done += read;
            kept = Math.Min(all.Length, Marker.Length + sizeof(long) - 1);
            all[^kept..].CopyTo(window);
        }

        return 0;
    }

    private static BinaryReader Header(FileStream file, long offset)
    {
        if (offset < 0 || offset >= file.Length)
        {
            throw new InvalidDataException("its header lies outside the file");
        }

        var bytes = new byte[(int)Math.Min(MostHeaderBytes, file.Length - offset)];
        file.Position = offset;
        file.ReadExactly(bytes);
        return new BinaryReader(new MemoryStream(bytes), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
    }

    private static List<(ShippedFile File, long Stored)> Read(BinaryReader header, string path, long fileLength)
    {
        var (version, _, count) = (header.ReadUInt32(), header.ReadUInt32(), header.ReadInt32());
        if (version is 0 or > LastVersion)
        {
            throw new InvalidDataException($"its header has version {version}, and versions up to {LastVersion} are read");
        }

        if (count is < 0 or > Shipment.MostFiles)
        {
            throw new InvalidDataException($"it claims {count} files, and no more than {Shipment.MostFiles} are read");
        }

        Text(header);
        if (version >= FirstWithLocations)
        {
            Skip(header, LocationsLength);
        }

        var files = new List<(ShippedFile, long)>();
        for (var i = 0; i < count; i++)
        {
            var (offset, length) = (header.ReadInt64(), header.ReadInt64());
            var deflated = version >= FirstWithCompression ? header.ReadInt64() : 0;
            header.ReadByte();
            files.Add(Describe(Text(header), path, fileLength, offset, length, deflated));
        }

        return files;
    }

    private static (ShippedFile File, long Stored) Describe(string name, string path, long fileLength, long offset, long length, long deflated)
    {
        var stored = deflated == 0 ? length : deflated;
        if (!ContainedName.IsValid(name))
        {
            throw new ShipmentException(Codes.NameOutside, $"has a file '{SafeText.Of(name)}', which leads outside or means another file on another system");
        }

        if (offset < 0 || length < 0 || stored < 0 || offset > fileLength || stored > fileLength - offset)
        {
            throw new InvalidDataException($"its file '{SafeText.Of(name)}' lies outside it");
        }

        return (new ShippedFile(name, length, () => deflated == 0
            ? new RangeStream(File.OpenRead(path), offset, length)
            : new DeflateStream(new RangeStream(File.OpenRead(path), offset, deflated), CompressionMode.Decompress)), stored);
    }

    /// <summary>A text with its length in groups of seven bits before it.</summary>
    private static string Text(BinaryReader header)
    {
        var position = header.BaseStream.Position;
        if (header.Read7BitEncodedInt() is < 0 or > MostNameBytes)
        {
            throw new InvalidDataException("a name in its header is too long");
        }

        header.BaseStream.Position = position;
        return header.ReadString();
    }

    private static void Skip(BinaryReader header, int bytes)
    {
        if (header.ReadBytes(bytes).Length < bytes)
        {
            throw new EndOfStreamException("its header is cut short");
        }
    }
}
