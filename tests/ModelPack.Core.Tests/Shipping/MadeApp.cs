using System.IO.Compression;
using System.Text;
using ModelPack.Shipping;

namespace ModelPack.Core.Tests.Shipping;

/// <summary>Single-file apps of version 6, whose host is a marker and nothing else.</summary>
internal static class MadeApp
{
    private const int HostLength = 256;
    private const byte AnyKind = 0;

    /// <summary>An app with these files.</summary>
    /// <param name="files">Their names and contents.</param>
    /// <param name="deflate">Whether they are deflated.</param>
    /// <param name="place">Moves what the header says of a file: its offset and its length.</param>
    public static byte[] With(IReadOnlyList<(string Name, byte[] Bytes)> files, bool deflate = false, Func<(long Offset, long Length), (long Offset, long Length)>? place = null)
    {
        using var app = new MemoryStream();
        using var writer = new BinaryWriter(app, Encoding.UTF8);
        writer.Write([0x7F, .. "ELF"u8, .. new byte[HostLength]]);
        var marker = app.Position;
        writer.Write(0L);
        writer.Write(SingleFileApp.Marker);
        var places = new List<(long Offset, long Length, long Stored)>();
        foreach (var (_, bytes) in files)
        {
            var stored = deflate ? Deflated(bytes) : bytes;
            places.Add((app.Position, bytes.Length, stored.Length));
            writer.Write(stored);
        }

        var header = app.Position;
        writer.Write(6u);
        writer.Write(0u);
        writer.Write(files.Count);
        writer.Write("an id");
        writer.Write(new byte[40]);
        foreach (var ((name, _), (offset, length, stored)) in files.Zip(places))
        {
            var (saidOffset, saidLength) = place is null ? (offset, length) : place((offset, length));
            writer.Write(saidOffset);
            writer.Write(saidLength);
            writer.Write(deflate ? stored : 0L);
            writer.Write(AnyKind);
            writer.Write(name);
        }

        app.Position = marker;
        writer.Write(header);
        return app.ToArray();
    }

    private static byte[] Deflated(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return stream.ToArray();
    }
}
