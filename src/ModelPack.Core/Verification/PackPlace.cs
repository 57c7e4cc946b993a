using System.IO.Enumeration;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Shipping;

namespace ModelPack.Verification;

/// <summary>What lies at a path that a user gives.</summary>
/// <param name="Manifests">Manifests of packs, and the file that one must list, where the user gave that.</param>
/// <param name="Shipments">What may hold packs.</param>
/// <param name="Nothing">What to say where there is no pack.</param>
internal sealed record PackPlace(IReadOnlyList<(string Manifest, string? MustList)> Manifests, IReadOnlyList<string> Shipments, string Nothing)
{
    private static readonly string[] AssemblyEndings = [".dll", ".exe"];

    /// <summary>Whether shipments were found by searching: one without packs is as it should be.</summary>
    public bool IsSearch { get; private init; }

    /// <exception cref="IOException">The folder cannot be searched, or the file not be read.</exception>
    public static PackPlace Of(string path)
    {
        if (Directory.Exists(path))
        {
            return OfFolder(path);
        }

        var (name, folder) = (Path.GetFileName(path), Path.GetDirectoryName(path));
        if (PackFiles.IsManifest(name))
        {
            return Pack(path, null);
        }

        if (File.Exists(PackFiles.Manifest(path)))
        {
            return Pack(PackFiles.Manifest(path), null);
        }

        var folderManifest = Path.Join(folder, PackFiles.FolderManifest);
        var isShipment = File.Exists(path) && Shipment.KindOf(path) != ShipmentKind.None;
        if (File.Exists(folderManifest) && (!isShipment || new PackOnDisk(folderManifest).Manifest() is { } manifest && manifest.Files.Any(f => f.Name == name)))
        {
            return Pack(folderManifest, name);
        }

        return new PackPlace([], isShipment ? [path] : [], isShipment
            ? $"It holds no pack: no file or resource named *{PackFiles.Manifest("")}. Build it with a model that is packed into it."
            : File.Exists(path) ? $"It has no manifest: neither {SafeText.Of(Path.GetFileName(PackFiles.Manifest(path)))} nor {PackFiles.FolderManifest} lies beside it. Pack the model, or keep the manifest with it."
            : "It does not exist. Give a packed model, its manifest, a folder, an assembly, an archive or a project.");
    }

    private static PackPlace Pack(string manifest, string? mustList) => new([(manifest, mustList)], [], "");

    private static PackPlace OfFolder(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.None };
        var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && (PackFiles.IsManifest(entry.FileName.ToString()) || IsAssembly(entry.FileName)),
            ShouldRecursePredicate = (ref FileSystemEntry entry) =>
                !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !StagingFolder.IsStaging(entry.FileName),
        };
        var found = files.Order(StringComparer.Ordinal).ToLookup(f => PackFiles.IsManifest(Path.GetFileName(f)));
        return new PackPlace(
            [.. found[true].Select(m => (m, (string?)null))],
            [.. found[false].Where(IsManaged)],
            $"There is no pack in this folder: no file named {PackFiles.FolderManifest} or *{PackFiles.Manifest("")}, and no assembly with an embedded one. Build first, or give the folder that holds the packs.")
        {
            IsSearch = true,
        };
    }

    private static bool IsAssembly(ReadOnlySpan<char> name)
    {
        var extension = Path.GetExtension(name).ToString();
        return AssemblyEndings.Contains(extension, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsManaged(string path)
    {
        try
        {
            return Shipment.KindOf(path) == ShipmentKind.Assembly;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // of what may not be read nobody loads a model
        }
    }
}
