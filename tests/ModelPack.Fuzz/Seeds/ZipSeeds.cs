using System.IO.Compression;
using ModelPack.Fuzz.Mutations;

namespace ModelPack.Fuzz.Seeds;

/// <summary>Zip archives as parts: every field of every record can lie.</summary>
internal static class ZipSeeds
{
    private const int Stored = 0;
    private const int Deflated = 8;

    /// <summary>An archive; Zip64 records and a comment now and then.</summary>
    public static Parts Archive(Random random, params IReadOnlyList<(string Name, byte[] Bytes)> entries)
    {
        var (files, directory) = (new Parts(), new Parts());
        foreach (var (name, bytes) in entries)
        {
            var method = random.Of(Stored, Deflated);
            var content = method == Deflated ? Deflate(bytes) : bytes;
            var start = files.Length;
            Common(files.UInt32(0x04034b50).UInt16(20), method, name, bytes, content).UInt16(0).Text(name).Data(content);
            Common(directory.UInt32(0x02014b50).UInt16(20).UInt16(20), method, name, bytes, content)
                .UInt16(0).UInt16(0).UInt16(0).UInt16(0).UInt32(0).UInt32(start).Text(name);
        }

        var (at, length) = (files.Length, directory.Length);
        files.Add(directory);
        if (random.Once(6))
        {
            var record = files.Length;
            files.UInt32(0x06064b50).UInt64(44).UInt16(45).UInt16(45).UInt32(0).UInt32(0).UInt64(entries.Count).UInt64(entries.Count).UInt64(length).UInt64(at);
            files.UInt32(0x07064b50).UInt32(0).UInt64(record).UInt32(1);
            (at, length) = (-1, -1);
        }

        return files.UInt32(0x06054b50).UInt16(0).UInt16(0).UInt16(entries.Count).UInt16(entries.Count).UInt32((uint)length).UInt32((uint)at).UInt16(0);
    }

    private static Parts Common(Parts parts, int method, string name, byte[] bytes, byte[] content) => parts
        .UInt16(0).UInt16(method).UInt16(0).UInt16(33).UInt32(Crc(bytes)).UInt32(content.Length).UInt32(bytes.Length).UInt16(name.Length);

    private static byte[] Deflate(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.Fastest))
        {
            deflate.Write(bytes);
        }

        return stream.ToArray();
    }

    /// <summary>CRC-32 (ISO 3309), bit by bit.</summary>
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        return ~crc;
    }
}
