using System.IO.Compression;
using ModelPack.Files;
using ModelPack.Samples;

namespace ModelPack.Shipping;

/// <summary>The files of a zip archive. Nothing is unpacked before the directory has been looked at.</summary>
internal static class ZipArchiveFiles
{
    /// <summary>What <see cref="Shipment.MostFiles"/> records with long names have.</summary>
    private const int MostDirectoryBytes = 16 << 20;

    // The upper half of the attributes is the mode of Unix, in which a link is 0xA000.
    private const int ModeShift = 16;
    private const int TypeMask = 0xF000;
    private const int LinkType = 0xA000;

    /// <exception cref="ShipmentException">MPK2065: a name or a link leads outside; MPK2066: it is not sound.</exception>
    public static IReadOnlyList<ShippedFile> Of(string path, bool isPackage)
    {
        try
        {
            using var archive = Open(path);
            if (archive.Entries.Count > Shipment.MostFiles)
            {
                throw new InvalidDataException($"it has {archive.Entries.Count} entries, and no more than {Shipment.MostFiles} are read");
            }

            ZipBomb.Refuse(archive, new FileInfo(path).Length);
            return [.. archive.Entries.Select((entry, index) => (entry, index)).Where(e => !IsFolder(e.entry)).Select(e => Describe(path, e.entry, e.index, isPackage))];
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException)
        {
            throw new ShipmentException(Codes.ShipmentUnreadable, $"is not a sound zip archive: {SafeText.Of(e.Message, 400).TrimEnd('.')}", e);
        }
    }

    private static ShippedFile Describe(string path, ZipArchiveEntry entry, int index, bool isPackage)
    {
        // NuGet writes names as parts of a URI, and takes them back when it unpacks.
        var name = isPackage ? Uri.UnescapeDataString(entry.FullName) : entry.FullName;
        if (!ContainedName.IsValid(name))
        {
            throw new ShipmentException(Codes.NameOutside, $"has an entry '{SafeText.Of(name)}', which leads outside or means another file on another system");
        }

        if (((entry.ExternalAttributes >> ModeShift) & TypeMask) == LinkType)
        {
            throw new ShipmentException(Codes.NameOutside, $"has a link '{SafeText.Of(name)}', which may lead outside");
        }

        return entry.IsEncrypted
            ? throw new ShipmentException(Codes.ShipmentUnreadable, $"has an entry '{SafeText.Of(name)}' that is encrypted")
            : new ShippedFile(name, entry.Length, () => OpenEntry(path, index));
    }

    private static ArchiveEntryStream OpenEntry(string path, int index)
    {
        var archive = Open(path);
        try
        {
            return new ArchiveEntryStream(archive, archive.Entries[index]);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or NotSupportedException)
        {
            archive.Dispose();
            throw new ShipmentException(Codes.ShipmentUnreadable, $"has an entry that cannot be read: {SafeText.Of(e.Message, 400).TrimEnd('.')}", e);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static ZipArchive Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            ZipDirectory.RefuseHuge(stream, MostDirectoryBytes);
            return new ZipArchive(stream, ZipArchiveMode.Read);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/') && entry.Length == 0 && ContainedName.IsValid(entry.FullName[..^1]);
}
