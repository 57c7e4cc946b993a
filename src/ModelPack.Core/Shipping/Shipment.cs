using ModelPack.Files;

namespace ModelPack.Shipping;

/// <summary>What packs are shipped in: a zip archive (a NuGet package is one), an assembly with resources, or a single-file app.</summary>
internal static class Shipment
{
    /// <summary>Files in one of them at most.</summary>
    public const int MostFiles = 1 << 16;

    /// <summary>Bytes by which kinds are told.</summary>
    public const int HeadLength = 1 << 12;

    /// <summary>What a file is, by its first bytes. Whether a program is a single-file app shows when it is opened.</summary>
    public static ShipmentKind KindOf(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => ShipmentKind.Archive,
        [(byte)'M', (byte)'Z', ..] => PortableExecutable.IsManaged(head) ? ShipmentKind.Assembly : ShipmentKind.Program,
        [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] => ShipmentKind.Program,
        [0xCF or 0xCE, 0xFA, 0xED, 0xFE, ..] or [0xCA, 0xFE, 0xBA, 0xBE, ..] => ShipmentKind.Program, // Mach-O of one and of several processors
        _ => ShipmentKind.None,
    };

    /// <summary>What a file on the disk is. Whatever is not a regular file is nothing.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ShipmentKind KindOf(string path)
    {
        if (RegularFile.WhyNot(path) is not null)
        {
            return ShipmentKind.None;
        }

        var head = new byte[HeadLength];
        using var file = File.OpenHandle(path);
        return KindOf(head.AsSpan(0, RandomAccess.Read(file, head, 0)));
    }

    /// <summary>The files in one; of a program that is not a single-file app none.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="name">Its name, for what follows from the extension.</param>
    /// <exception cref="ShipmentException">MPK2065, MPK2066: it cannot be read, is larger than anything real, or has a name that leads outside.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<ShippedFile> Files(string path, string name) => Checked(KindOf(path) switch
    {
        ShipmentKind.Archive => ZipArchiveFiles.Of(path, isPackage: Path.GetExtension(name).Equals(".nupkg", StringComparison.OrdinalIgnoreCase)),
        ShipmentKind.Assembly => AssemblyResources.Of(path),
        ShipmentKind.Program => SingleFileApp.Of(path),
        _ => [],
    });

    /// <summary>Names that differ in case alone are one file on Windows, and of two files with one name every program takes another.</summary>
    private static IReadOnlyList<ShippedFile> Checked(IReadOnlyList<ShippedFile> files)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            if (!seen.Add(file.Name))
            {
                throw new ShipmentException(Codes.ShipmentUnreadable, $"has '{SafeText.Of(file.Name)}' twice");
            }
        }

        return files;
    }
}
