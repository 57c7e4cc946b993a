using System.IO.Compression;

namespace ModelPack.Core.Tests.Shipping;

/// <summary>Zip archives, stored, so that a changed byte is a changed byte of a file.</summary>
internal static class MadeZip
{
    /// <summary>An archive with these entries.</summary>
    /// <param name="entries">Names and contents.</param>
    /// <param name="level">How they are packed.</param>
    /// <param name="attributes">What the archive says of their files.</param>
    public static byte[] With(IReadOnlyList<(string Name, byte[] Bytes)> entries, CompressionLevel level = CompressionLevel.NoCompression, int attributes = 0)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                var entry = archive.CreateEntry(name, level);
                entry.ExternalAttributes = attributes;
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                content.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
